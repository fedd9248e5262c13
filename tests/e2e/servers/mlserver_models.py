"""Two models for MLServer: double, y = 2 x; and tokens, a stream of as many responses as n says."""
import asyncio

from mlserver import MLModel
from mlserver.codecs import NumpyCodec, StringCodec
from mlserver.types import InferenceResponse


class Double(MLModel):
    async def predict(self, payload):
        x = NumpyCodec.decode_input(payload.inputs[0])
        return InferenceResponse(model_name=self.name, outputs=[NumpyCodec.encode_output("y", x * 2)])


class Tokens(MLModel):
    async def predict(self, payload):
        return InferenceResponse(model_name=self.name, outputs=[StringCodec.encode_output("token", ["t"])])

    async def predict_stream(self, payloads):
        async for payload in payloads:
            for i in range(int(NumpyCodec.decode_input(payload.inputs[0]).flatten()[0])):
                await asyncio.sleep(0.002)
                yield InferenceResponse(model_name=self.name, outputs=[StringCodec.encode_output("token", [f"t{i}"])])
