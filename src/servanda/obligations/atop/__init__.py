"""The bridge to the alliance data of the ATOP project: export with losses, import as a skeleton."""

from servanda.obligations.atop.coding import to_atop
from servanda.obligations.atop.names import MEMBER_COLUMNS, SEEN, VARIABLES, code_of
from servanda.obligations.atop.record import AtopRecord, Loss, MemberRow
from servanda.obligations.atop.skeleton import from_atop, losses_of_row

__all__ = [
    "MEMBER_COLUMNS",
    "SEEN",
    "VARIABLES",
    "AtopRecord",
    "Loss",
    "MemberRow",
    "code_of",
    "from_atop",
    "losses_of_row",
    "to_atop",
]
