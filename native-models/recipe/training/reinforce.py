"""Reinforcement of the image tokens: what is drawn as was asked becomes likelier.

python -m training.reinforce --minutes 40         goes on from work/joint.pt

Group relative policy optimisation (arXiv 2402.03300) as BLIP3o-NEXT has it: several pictures of each
prompt are drawn as tokens, those better than the others of their prompt are reinforced and the worse
ones made unlikelier. Codes say what a picture shows, so no picture need be painted to know which
those are. Batches of training as before in between keep the rest as it is.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from transformers import DynamicCache

from dataengine.captions import describe
from dataengine.captions.facts import CountFact, Fact, RelationFact, group_relation
from dataengine.edits import OPERATIONS, Edit, instruction
from dataengine.layout import groups
from dataengine.scene import Scene
from evaluation.check import edited, holds
from evaluation.prompts import ANY
from evaluation.verifier import Seen

from .checkpoint import Log
from .codes import GRID
from .data import EDIT_LENGTH, GENERATE_LENGTH, MORE, Batch, Batches, Example, Vocabulary, pad
from .joint import SHOWN, TOLD, Training, image_states, softly, token_loss, told_losses
from .model import Starter
from .reading import read

TOKENS = GRID * GRID
PROMPTS = 8  # of a round of drawing
GROUP = 8  # pictures of each prompt
ROWS = 48  # pictures of an update
MEET = 10  # updates between two meetings of processes
WEIGHT = 0.1  # of a picture's tokens beside the training that goes on
EMA = 0.95  # updates are few, so that a longer average would be of the model before
UNTOUCHED = 0.2  # what an edit that touches everything else loses


@dataclass
class Asked:
    """A prompt with what it asks for."""

    example: Example
    prompt: list[int]
    facts: tuple[Fact, ...] = ()
    setting: tuple[str | None, str | None, str | None] = (None, None, None)


@dataclass
class Drawn:
    """A picture as tokens, and by how much it is better than the others of its prompt."""

    prompt: list[int]
    codes: Tensor
    advantage: float


def asked_of(scene: Scene, rng: np.random.Generator, language: str) -> tuple[str, Asked]:
    """A caption of a scene and what it says of it."""
    described = describe(scene, rng, language)
    names = [
        (group.kind, group.colour if said else ANY)
        for group, said in zip(groups(scene), described.colours, strict=True)
    ]
    facts: list[Fact] = [
        CountFact(*name, group.count) for name, group in zip(names, groups(scene), strict=True)
    ]
    relation = group_relation(scene)
    if described.relation and relation is not None:
        facts.append(RelationFact(relation, names[0], names[1]))
    setting = (
        scene.background if described.place else None,
        scene.time if described.time else None,
        scene.style if described.style else None,
    )
    example = Example(scene, (), torch.empty(0))
    return described.text, Asked(example, [], tuple(facts), setting)


def reward(asked: Asked, codes: np.ndarray) -> float:
    """1 for a picture that shows what was asked for and nothing more, else 0; of an edit, less by
    what it changed besides."""
    seen, subject = read(codes), asked.example.subject
    if isinstance(subject, Edit):
        altered = asked.example.altered
        assert altered is not None
        kept = (codes == asked.example.codes[0])[~altered]
        return float(edited(subject, seen)) - UNTOUCHED * float(1 - kept.mean() if kept.size else 0)
    return float(
        all(holds(fact, seen) for fact in asked.facts)
        and len(seen.things) == len(subject.things)
        and all_said(asked, seen)
    )


def all_said(asked: Asked, seen: Seen) -> bool:
    """Whether the setting is as far as the caption tells it."""
    found = (seen.background, seen.time, seen.style)
    return all(wanted in (None, value) for wanted, value in zip(asked.setting, found, strict=True))


@torch.no_grad()
def draw(model: Starter, prompts: list[list[int]], scale: int) -> Tensor:
    """Codes [prompts x GROUP, 64], drawn as likely as the model says; GROUP of each prompt."""
    rows = [[*prompt, scale] for prompt in prompts]
    longest = max(map(len, rows))
    ids = torch.tensor([[0] * (longest - len(row)) + row for row in rows])
    mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in rows])
    table = torch.cat([model.ar.embed_tokens.weight, model.code_embeddings()])
    head = model.code_head().T.contiguous()
    cache = DynamicCache()
    codes: list[Tensor] = []
    while len(codes) < TOKENS:
        hidden = model.ar(
            inputs_embeds=table[ids],
            attention_mask=mask,
            position_ids=(mask.cumsum(1) - 1).clamp(min=0)[:, -ids.shape[1] :],
            past_key_values=cache,
            use_cache=True,
        ).last_hidden_state[:, -1]
        if not codes:
            cache.batch_repeat_interleave(GROUP)
            mask, hidden = (x.repeat_interleave(GROUP, 0) for x in (mask, hidden))
        scores = hidden @ head
        codes.append((scores - torch.empty_like(scores).exponential_().log()).argmax(1))
        ids = codes[-1][:, None] + model.words
        mask = torch.cat([mask, torch.ones_like(ids)], dim=1)
    return torch.stack(codes, 1)


class Rounds:
    """Rounds of drawing: prompts, their pictures and which of them to learn from."""

    def __init__(self, data: Batches, model: Starter) -> None:
        self.data, self.model = data, model
        self.waiting: dict[bool, list[Drawn]] = {False: [], True: []}
        self.means: dict[bool, float] = {}

    def ask(self, edit: bool) -> Asked:
        """A prompt short enough."""
        data, length = self.data, EDIT_LENGTH if edit else GENERATE_LENGTH
        while True:
            example = data.example(edit)
            subject, language = example.subject, data.language()
            if isinstance(subject, Edit):
                text, asked = instruction(subject, data.rng, language), Asked(example, [])
            else:
                text, asked = asked_of(subject, data.rng, language)
            asked.prompt = data.vocabulary.prompt(text, example.source_codes)
            if len(asked.prompt) + 1 + TOKENS <= length:
                return asked

    def draw(self, edit: bool) -> None:
        """One round more; groups whose pictures are all as good as each other teach nothing."""
        asked = [self.ask(edit) for _ in range(PROMPTS)]
        scale = self.data.vocabulary.scales[0]
        codes = draw(self.model, [one.prompt for one in asked], scale)
        for index, one in enumerate(asked):
            mine = codes[index * GROUP : (index + 1) * GROUP]
            rewards = np.array([reward(one, row.numpy()) for row in mine])
            mean = float(rewards.mean())
            self.means[edit] = 0.97 * self.means.get(edit, mean) + 0.03 * mean
            if rewards.std() < 0.02:
                continue
            better = (rewards - mean) / (rewards.std() + 0.1)
            self.waiting[edit] += [
                Drawn(one.prompt, row, float(more)) for row, more in zip(mine, better, strict=True)
            ]

    def batches(self) -> Iterator[tuple[bool, list[Drawn]]]:
        """Endless batches of ROWS pictures, of text to image and edits in turn."""
        while True:
            for edit in (False, True):
                waiting = self.waiting[edit]
                while len(waiting) < ROWS:
                    self.draw(edit)
                yield edit, waiting[:ROWS]
                del waiting[:ROWS]


def collated(drawn: list[Drawn], edit: bool, vocabulary: Vocabulary) -> tuple[Batch, Tensor]:
    """The drawn pictures as a batch of tokens alone, and their advantages."""
    rows = [
        [*one.prompt, vocabulary.scales[0], *(one.codes + vocabulary.image).tolist()]
        for one in drawn
    ]
    empty = torch.empty(0)
    batch = Batch(
        ids=pad(rows, EDIT_LENGTH if edit else GENERATE_LENGTH),
        start=torch.tensor([len(one.prompt) for one in drawn]),
        tokens=torch.stack([one.codes for one in drawn]),
        latents=empty,
        weight=empty,
        scenes=[],
    )
    return batch, torch.tensor([one.advantage for one in drawn])


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--minutes", type=float, default=40)
    arguments.add_argument("--batch", type=int, default=24, help="of the training that goes on")
    arguments.add_argument("--learning-rate", type=float, default=3e-4)
    arguments.add_argument("--final", type=float, default=0.1, help="of the rate, at the end")
    arguments.add_argument("--more", choices=OPERATIONS, nargs="*", default=(), help=MORE)
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--peer", type=int, choices=(0, 1), help="one of two processes")
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    training = Training(Vocabulary().image, options.learning_rate, 1.0, EMA)
    training.resume()
    seed = training.step * 2 + 1_000_000 + (options.peer or 0)
    torch.manual_seed(seed)
    data = Batches(options.batch, seed, 0.7 if options.more else 0.5, options.more)
    model = training.model
    states = torch.compile(model.hidden_states, dynamic=False)
    log, begun, rounds = Log("reinforce"), training.step, Rounds(data, model)
    start = time.time()
    for edit, drawn in rounds.batches():
        passed = (time.time() - start) / 60 / options.minutes
        rate = options.learning_rate * min(1.0, (training.step - begun + 1) / 20)
        rate *= max(options.final, 1 - passed * (1 - options.final))
        batch, advantages = collated(drawn, edit, data.vocabulary)
        parts = [states(ids) for ids in batch.ids.split(options.batch)]  # of shapes that recur
        hidden = image_states(torch.cat(parts), batch)[:, :-1].flatten(0, 1)
        unlikely, _ = model.code_head.cross_entropy(hidden, batch.tokens.flatten())
        total = WEIGHT * (advantages * unlikely.unflatten(0, (-1, TOKENS)).sum(1)).mean()
        usual = data.batch(edit, scale=0)
        hidden = image_states(states(usual.ids), usual)
        told, shown = told_losses(model, softly(hidden, 0.3), usual)
        total = total + token_loss(model, hidden, usual) + TOLD * told + SHOWN * shown
        training.update(total, rate)
        if training.step % 10 == 0:
            means = {("edit" if key else "generate"): mean for key, mean in rounds.means.items()}
            log(step=training.step, **means, shown=float(shown.detach()), rate=rate)
        training.tend("tokens", options.peer, MEET, passed >= 1)
        if passed >= 1:
            break


if __name__ == "__main__":
    main()
