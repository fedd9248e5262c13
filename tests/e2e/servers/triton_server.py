"""Triton with two models on the CPU, by pytriton: triton_server.py HTTP_PORT GRPC_PORT METRICS_PORT.

double: y = 2 x, batched. tokens: decoupled, as many responses as n says, one each 2 ms.
"""
import sys
import time

import numpy as np
from pytriton.decorators import batch
from pytriton.model_config import ModelConfig, Tensor
from pytriton.triton import Triton, TritonConfig


@batch
def double(x):
    return {"y": x * 2}


def tokens(requests):
    for i in range(int(requests[0].data["n"].flatten()[0])):
        time.sleep(0.002)
        yield [{"token": np.array([[f"t{i}".encode()]], dtype=object)}]


http_port, grpc_port, metrics_port = map(int, sys.argv[1:4])
config = TritonConfig(http_address="127.0.0.1", http_port=http_port, grpc_address="127.0.0.1", grpc_port=grpc_port,
                      metrics_port=metrics_port, allow_metrics=False)
with Triton(config=config) as triton:
    triton.bind("double", double, inputs=[Tensor(name="x", dtype=np.float32, shape=(4,))],
                outputs=[Tensor(name="y", dtype=np.float32, shape=(4,))], config=ModelConfig(max_batch_size=16))
    triton.bind("tokens", tokens, inputs=[Tensor(name="n", dtype=np.int32, shape=(1,))],
                outputs=[Tensor(name="token", dtype=bytes, shape=(1,))],
                config=ModelConfig(max_batch_size=1, decoupled=True))
    triton.serve()
