"""Writes a tokenizer of words into FOLDER: word_tokenizer.py FOLDER (run with a peer's own Python).

AIPerf and GuideLLM want a tokenizer even where the server counts tokens, and would fetch one from the network. This one needs
none: a token is a word.
"""
import json
import os
import sys

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
tokenizer = {
    "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
    "pre_tokenizer": {"type": "Whitespace"}, "post_processor": None, "decoder": None,
    "model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "hello": 1}, "unk_token": "[UNK]"},
}
with open(os.path.join(folder, "tokenizer.json"), "w") as file:
    json.dump(tokenizer, file)
with open(os.path.join(folder, "tokenizer_config.json"), "w") as file:
    json.dump({"tokenizer_class": "PreTrainedTokenizerFast", "unk_token": "[UNK]", "model_max_length": 1000000}, file)
