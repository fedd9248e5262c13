"""Writes a tiny llama model with random weights as GGUF: tiny_gguf.py FILE. Needs the PyPI packages gguf and numpy.

It answers nonsense, but through the real runtime: a real tokenizer (bytes), attention, a cache, sampling.
"""
import sys

import gguf
import numpy

LAYERS, WIDTH, HEADS, FEED, CONTEXT = 2, 64, 4, 128, 1024


def write(path):
    random = numpy.random.default_rng(1)
    out = gguf.GGUFWriter(path, "llama")
    out.add_name("tiny random llama")
    out.add_context_length(CONTEXT)
    out.add_embedding_length(WIDTH)
    out.add_block_count(LAYERS)
    out.add_feed_forward_length(FEED)
    out.add_head_count(HEADS)
    out.add_head_count_kv(HEADS)
    out.add_rope_dimension_count(WIDTH // HEADS)
    out.add_layer_norm_rms_eps(1e-5)
    out.add_file_type(gguf.LlamaFileType.ALL_F32)

    # The special tokens, each byte, and a few words, so that a token is not always one byte.
    control, byte, normal = gguf.TokenType.CONTROL, gguf.TokenType.BYTE, gguf.TokenType.NORMAL
    tokens = [(b"<unk>", gguf.TokenType.UNKNOWN, 0.0), (b"<s>", control, 0.0), (b"</s>", control, 0.0)]
    tokens += [(f"<0x{value:02X}>".encode(), byte, 0.0) for value in range(256)]
    words = [f"\u2581{word}" for word in "the a of and to in is you that it he was for on are".split()]
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)] + ["\u2581"]
    tokens += [(word.encode(), normal, -float(i + 1)) for i, word in enumerate(words + letters)]
    out.add_tokenizer_model("llama")
    out.add_token_list([token for token, _, _ in tokens])
    out.add_token_types([kind for _, kind, _ in tokens])
    out.add_token_scores([score for _, _, score in tokens])
    out.add_bos_token_id(1)
    out.add_eos_token_id(2)
    out.add_unk_token_id(0)
    out.add_vocab_size(len(tokens))

    def tensor(name, *shape):
        out.add_tensor(name, (random.standard_normal(shape) * 0.05).astype(numpy.float32))

    def ones(name):
        out.add_tensor(name, numpy.ones(WIDTH, dtype=numpy.float32))

    tensor("token_embd.weight", len(tokens), WIDTH)
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            tensor(block + name + ".weight", WIDTH, WIDTH)
        tensor(block + "ffn_gate.weight", FEED, WIDTH)
        tensor(block + "ffn_up.weight", FEED, WIDTH)
        tensor(block + "ffn_down.weight", WIDTH, FEED)
        ones(block + "attn_norm.weight")
        ones(block + "ffn_norm.weight")
    ones("output_norm.weight")
    tensor("output.weight", len(tokens), WIDTH)
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()


if __name__ == "__main__":
    write(sys.argv[1])
