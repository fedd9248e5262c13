"""Small PyTorch traces with what trips analysers up, where no public file of it may be kept: made_traces.made(FOLDER)

The names are those of the originals (DeepEP on H800, symmetric memory on B200, graph launches on H100); times are chosen
so that the truth can be read off them, in whole microseconds.
"""
import json

GEMM = "sm90_xmma_gemm_bf16bf16_bf16f32_f32_tn_n_tilesize128x128x64"
# Title, kernels as (begin, length, name, stream, has a launch arrow), truth in milliseconds. All begin at 1000 us.
CASES = [
    ("made: DeepEP, mostly beside compute",
     [(0, 900, GEMM, 7, True), (200, 500, "void deep_ep::internode::dispatch<false, 4>(int4*, float*)", 20, True),
      (900, 100, "void deep_ep::internode::combine<false, 8>(int4*, float*)", 20, True), (1000, 200, GEMM, 7, True)],
     {"compute": 1.1, "communication": 0.6, "exposed": 0.1, "idle": 0.0}),
    ("made: all-reduce through symmetric memory",
     [(0, 400, GEMM, 7, True), (400, 100, "multimem_all_reduce_kernel(unsigned long, unsigned int**)", 7, True),
      (500, 400, GEMM, 7, True), (1000, 100, "multimem_all_reduce_kernel(unsigned long, unsigned int**)", 7, True)],
     {"compute": 0.8, "communication": 0.2, "exposed": 0.2, "idle": 0.1}),
    ("made: kernels without a launch",
     [(0, 300, GEMM, 7, True), (300, 500, GEMM, 7, False), (900, 200, GEMM, 7, False)],
     {"compute": 1.0, "communication": 0.0, "exposed": 0.0, "idle": 0.1}),
]


def events_of(kernels):
    for number, (begin, length, name, stream, linked) in enumerate(kernels, 1):
        common = {"ph": "X", "pid": 1, "tid": 1}
        call = 900 + 10 * number
        if linked:
            yield {**common, "cat": "cpu_op", "name": "aten::mm", "ts": call - 2, "dur": 8,
                   "args": {"External id": number}}
            yield {**common, "cat": "cuda_runtime", "name": "cudaLaunchKernel", "ts": call, "dur": 4,
                   "args": {"correlation": number, "External id": number}}
            yield {"ph": "s", "cat": "ac2g", "name": "ac2g", "id": number, "pid": 1, "tid": 1, "ts": call}
            yield {"ph": "f", "cat": "ac2g", "name": "ac2g", "id": number, "pid": 0, "tid": stream,
                   "ts": 1000 + begin, "bp": "e"}
        yield {"ph": "X", "cat": "kernel", "name": name, "pid": 0, "tid": stream, "ts": 1000 + begin, "dur": length,
               "args": {"device": 0, "context": 1, "stream": stream, "correlation": number}}


def made(folder):
    """[(title, path, truth)]"""
    out = []
    for number, (title, kernels, truth) in enumerate(CASES):
        path = folder / f"made-{number}.json"
        path.write_text(json.dumps({"schemaVersion": 1, "deviceProperties": [{"id": 0, "name": "NVIDIA H100"}],
                                    "distributedInfo": {"rank": 0, "world_size": 1},
                                    "traceEvents": list(events_of(kernels))}))
        out.append((title, path, truth))
    return out
