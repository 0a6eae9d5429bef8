"""Texts that hypothesis invents: anything at all, and words of ours in bad company."""

from __future__ import annotations

from hypothesis import strategies as st

ANY = st.text(st.characters(), max_size=120)
"""Any code points, lone surrogates and unassigned ones too."""

_SIGNS = "/／\u202e\u2066\u200d\u0301\0\r\n\t '\"-+.,;:()1٢３½ İıßſﬁ"


def mixed(words: list[str]) -> st.SearchStrategy[str]:
    """Words among which anything may stand, joined by anything."""
    piece = st.one_of(st.sampled_from(words), st.text(_SIGNS, max_size=4), st.text(max_size=6))
    return st.lists(piece, max_size=10).flatmap(
        lambda pieces: st.sampled_from(["", " ", "\u00a0", "/"]).map(lambda by: by.join(pieces))
    )
