"""Five-fold cross-validation of the intents on our own data: `python -m benchmarks.crossval`."""

from __future__ import annotations

from collections import Counter, defaultdict

from sklearn.model_selection import StratifiedKFold

from bot.content_store import shipped_guidance
from bot.nlu.entities import load_matcher
from bot.nlu.linear_model import Example, FitSettings, LinearModel, lexicon_features
from bot.nlu.utterances import read_examples
from bot.paths import PROJECT


def main() -> None:
    """Prints top-1 and top-2 for each language, and the intents taken for each other most."""
    matcher = load_matcher(shipped_guidance().routes)
    utterances = read_examples(PROJECT / "data" / "nlu")
    examples = [
        Example(u.text, lexicon_features((e.field, e.value) for e in matcher.find(u.text)))
        for u in utterances
    ]
    labels = [u.intent for u in utterances]
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    confused: Counter[tuple[str, str]] = Counter()
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    for train, test in folds.split(examples, labels):
        model = LinearModel.fit(
            [examples[i] for i in train], [labels[i] for i in train], FitSettings()
        )
        for index in test:
            names = [name for name, _ in model.ranking(examples[index], 2)]
            for row in (utterances[index].language, "all"):
                rows[row]["n"] += 1
                rows[row]["top 1"] += names[0] == labels[index]
                rows[row]["top 2"] += labels[index] in names
            if names[0] != labels[index]:
                confused[labels[index], names[0]] += 1
    print("language  utterances  top 1  top 2")
    for name, row in sorted(rows.items()):
        shares = [100 * row[key] / row["n"] for key in ("top 1", "top 2")]
        print(f"{name:8s}  {row['n']:10d}  {shares[0]:5.1f}  {shares[1]:5.1f}")
    print("most confused (true, taken for, times):")
    for (true, taken), times in confused.most_common(12):
        print(f"  {true}, {taken}, {times}")


if __name__ == "__main__":
    main()
