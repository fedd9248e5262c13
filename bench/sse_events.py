"""Writes the answer of a chat completion as a stream of Server-Sent Events: sse_events.py EVENTS > FILE

Shaped as vLLM writes them: a role, EVENTS pieces of content, the usage, [DONE].
"""
import json
import sys

HEAD = {"id": "chatcmpl-0123456789abcdef0123456789abcdef", "object": "chat.completion.chunk", "created": 1700000000,
        "model": "bench"}


def chunk(delta, finish=None):
    choices = [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
    return dict(HEAD, choices=choices)


def main():
    events = int(sys.argv[1])
    usage = {"prompt_tokens": 8, "total_tokens": 8 + events, "completion_tokens": events}
    chunks = [chunk({"role": "assistant", "content": ""})]
    chunks += [chunk({"content": f" t{i % 1000:03}"}, "stop" if i + 1 == events else None) for i in range(events)]
    chunks.append(dict(HEAD, choices=[], usage=usage))
    for one in chunks:
        sys.stdout.write("data: " + json.dumps(one, separators=(",", ":")) + "\n\n")
    sys.stdout.write("data: [DONE]\n\n")


main()
