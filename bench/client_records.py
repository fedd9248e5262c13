"""What a load client recorded of each request that succeeded, in one form: client_records.py CLIENT FOLDER

Prints a JSON line per request: "id" (as the server knows it), "ttft_ns", and "itl_ns" (every gap) or "mean_itl_ns" where the client
keeps no more; of lynxbench also "sent_ns" (CLOCK_MONOTONIC), as its ids come again. CLIENT: lynxbench, aiperf, guidellm, vllm; FOLDER: where bench/peers/python/clients.sh had it write.
"""
import json
import sys


def of_lynxbench(folder):
    with open(folder + "/records.jsonl") as file:
        epoch_ns = json.loads(next(file))["epoch_ns"]
        for line in file:
            record = json.loads(line)
            if record["status"] == "ok":
                at = [chunk["at_ns"] for chunk in record["chunks"]]
                yield {"id": f"p{record['input']}", "sent_ns": epoch_ns + record["sent_ns"], "ttft_ns": record["first_content_ns"] - record["sent_ns"],
                       "itl_ns": [b - a for a, b in zip(at, at[1:])]}


def of_aiperf(folder):
    with open(folder + "/artifacts/profile_export.jsonl") as file:
        for line in file:
            record = json.loads(line)
            metrics = record["metrics"]
            if not record.get("error") and "time_to_first_token" in metrics:
                yield {"id": record["metadata"]["x_request_id"], "ttft_ns": metrics["time_to_first_token"]["value"] * 1e6,
                       "itl_ns": [ms * 1e6 for ms in metrics.get("inter_chunk_latency", {"value": []})["value"]]}


def of_guidellm(folder):
    with open(folder + "/benchmarks.json") as file:
        benchmark = json.load(file)["benchmarks"][0]
    for record in benchmark["requests"]["successful"]:
        content = json.loads(record["request_args"])["body"]["messages"][0]["content"]
        text = content if isinstance(content, str) else content[0]["text"]
        yield {"id": text.split()[0].removeprefix("id:"), "ttft_ns": record["time_to_first_token_ms"] * 1e6,
               "mean_itl_ns": record["inter_token_latency_ms"] * 1e6}


def of_vllm(folder):
    with open(folder + "/records.jsonl") as file:
        for line in file:
            record = json.loads(line)
            yield {"id": record["id"], "ttft_ns": record["ttft_s"] * 1e9, "itl_ns": [s * 1e9 for s in record["itl_s"]]}


READERS = {"lynxbench": of_lynxbench, "aiperf": of_aiperf, "guidellm": of_guidellm, "vllm": of_vllm}

if __name__ == "__main__":
    for one in READERS[sys.argv[1]](sys.argv[2]):
        print(json.dumps(one))
