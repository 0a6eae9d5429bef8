"""Five-fold cross-validation of the intents on our own data.

python -m benchmarks.crossval [--ngrams-only] [--c 20] [--dense-c 0.1]

Without the encoder's adapter: it was learned from all of the data, so also from what each fold
holds back.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict

from sklearn.model_selection import StratifiedKFold

from benchmarks.features import Features
from bot.nlu.linear_model import FitSettings, LinearModel
from bot.nlu.utterances import read_examples
from bot.paths import PROJECT


def main() -> None:
    """Prints top-1 and top-2 for each language, and the intents taken for each other most."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--ngrams-only", action="store_true")
    parser.add_argument("--c", type=float, default=FitSettings.c)
    parser.add_argument("--dense-c", type=float, default=FitSettings.dense_c)
    options = parser.parse_args()
    utterances = read_examples(PROJECT / "data" / "nlu")
    features = Features(encode=not options.ngrams_only, adapted=False)
    examples = features.examples([u.text for u in utterances], [u.language for u in utterances])
    labels = [u.intent for u in utterances]
    settings = FitSettings(c=options.c, dense_c=options.dense_c)
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    confused: Counter[tuple[str, str]] = Counter()
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    for train, test in folds.split(examples, labels):
        model = LinearModel.fit([examples[i] for i in train], [labels[i] for i in train], settings)
        for index in test:
            names = [name for name, _ in model.ranking(examples[index], 2)]
            for row in (utterances[index].language, "all"):
                rows[row]["n"] += 1
                rows[row]["top 1"] += names[0] == labels[index]
                rows[row]["top 2"] += labels[index] in names
            if names[0] != labels[index]:
                confused[labels[index], names[0]] += 1
    print(f"C {options.c:g}, of vectors {options.dense_c:g}, encoder {not options.ngrams_only}")
    print("language  utterances  top 1  top 2")
    for name, row in sorted(rows.items()):
        shares = [100 * row[key] / row["n"] for key in ("top 1", "top 2")]
        print(f"{name:8s}  {row['n']:10d}  {shares[0]:5.1f}  {shares[1]:5.1f}")
    print("most confused (true, taken for, times):")
    for (true, taken), times in confused.most_common(12):
        print(f"  {true}, {taken}, {times}")


if __name__ == "__main__":
    main()
