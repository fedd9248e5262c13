"""vLLM's own request function in a closed loop: vllm_client.py URL PROMPTS REQUESTS CONCURRENCY TOKENS [RECORDS]

PROMPTS: a file with a prompt a line. Prints one line of JSON with the CPU time of the load alone, without the start of Python. RECORDS
gets a JSON line per request: id (header x-request-id), ttft_s and the list itl_s. vLLM itself is not imported (it needs PyTorch):
the function's file is loaded by its path.
"""
import asyncio
import importlib.metadata
import importlib.util
import json
import sys
import time

import aiohttp


def load_client():
    file = importlib.metadata.distribution("vllm").locate_file("vllm/benchmarks/lib/endpoint_request_func.py")
    spec = importlib.util.spec_from_file_location("endpoint_request_func", file)
    module = importlib.util.module_from_spec(spec)
    sys.modules["endpoint_request_func"] = module  # its dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


async def run(client, url, prompts, requests, concurrency, tokens):
    outputs = [None] * requests
    turns = iter(range(requests))
    # As `vllm bench serve` opens its session.
    connector = aiohttp.TCPConnector(limit=concurrency, limit_per_host=concurrency, ttl_dns_cache=300, use_dns_cache=True,
                                     keepalive_timeout=60, enable_cleanup_closed=True, force_close=False)
    timeout = aiohttp.ClientTimeout(total=6 * 60 * 60)
    async with aiohttp.ClientSession(connector=connector, trust_env=True, timeout=timeout) as session:
        async def one_after_another():
            for turn in turns:
                ask = client.RequestFuncInput(prompt=prompts[turn % len(prompts)], api_url=url + "/v1/chat/completions", prompt_len=8,
                                              output_len=tokens, model="stub", request_id=f"v{turn}")
                outputs[turn] = await client.async_request_openai_chat_completions(ask, session)
        cpu, begin = time.process_time(), time.monotonic()
        await asyncio.gather(*[one_after_another() for _ in range(concurrency)])
        return outputs, time.process_time() - cpu, time.monotonic() - begin


def main():
    url, prompts_file, requests, concurrency, tokens = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])
    prompts = open(prompts_file).read().splitlines()
    outputs, cpu_s, wall_s = asyncio.run(run(load_client(), url, prompts, requests, concurrency, tokens))
    good = [output for output in outputs if output.success]
    failed = [output.error for output in outputs if not output.success]
    print(json.dumps({"requests": len(good), "failed": len(failed), "first_failure": (failed or [""])[0][-200:], "cpu_s": cpu_s,
                      "wall_s": wall_s, "events_with_a_time": sum(1 + len(output.itl) for output in good)}))
    if len(sys.argv) > 6:
        with open(sys.argv[6], "w") as file:
            for turn, output in enumerate(outputs):
                if output.success:
                    file.write(json.dumps({"id": f"v{turn}", "ttft_s": output.ttft, "itl_s": output.itl}) + "\n")


main()
