"""The proposers by name: documentation and contract tests enumerate them."""

from synthmatch.proposers.base import Proposer
from synthmatch.proposers.library import LibraryProposer
from synthmatch.proposers.model import ModelProposer
from synthmatch.proposers.random import RandomProposer
from synthmatch.proposers.user import UserProposer

PROPOSERS: dict[str, type[Proposer]] = {
    "library": LibraryProposer,
    "model": ModelProposer,
    "random": RandomProposer,
    "user": UserProposer,
}
