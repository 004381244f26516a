"""The text tokenizer: a small byte-level BPE over captions and instructions, plus image tokens.

python -m training.text        writes work/tokenizer.json
"""

from __future__ import annotations

from collections.abc import Iterator

from tokenizers import (
    AddedToken,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    trainers,
)

from dataengine.captions import caption
from dataengine.edits import instruction, sample_edit
from dataengine.layout import sample_scene
from dataengine.scene import generator

from .checkpoint import WORK
from .codes import CODEBOOK_SIZE

PATH = WORK / "tokenizer.json"
TEXT_VOCABULARY = 1536
SCALES = ("<S0>", "<S1>", "<S2>")
CHAT = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>")
GENERATE = "<|im_start|>user\n{prompt}<|im_end|>\n<|im_start|>assistant\n<im_start>"
EDIT = "<|im_start|>user\n{prompt}\n<image><|im_end|>\n<|im_start|>assistant\n<im_start>"


def corpus(count: int = 60000) -> Iterator[str]:
    """Captions and instructions in both languages, and the words of the templates."""
    rng = generator(3, 3)
    for index in range(count):
        language = ("en", "es")[index % 2]
        yield caption(sample_scene(rng, "any"), rng, language)
        if index % 2 == 0:
            yield instruction(sample_edit(rng, "any"), rng, ("en", "es")[index // 2 % 2])
        yield "user\nassistant\n"


def main() -> None:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=TEXT_VOCABULARY,
        min_frequency=20,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(corpus(), trainer)
    tokenizer.add_special_tokens(
        [
            AddedToken(token, special=True, normalized=False)
            for token in (*CHAT, "<im_start>", "<im_end>")
        ]
    )
    image = [f"<I{code}>" for code in range(CODEBOOK_SIZE)]
    tokenizer.add_tokens([AddedToken(token, normalized=False) for token in (*SCALES, *image)])
    tokenizer.save(str(PATH))
    print(tokenizer.get_vocab_size(), tokenizer.encode("A red house, de noche").tokens)


if __name__ == "__main__":
    main()
