"""The rights of each kind of process on each table: a role of PostgreSQL for each kind, with the least rights.

Roles are optional. If they exist, `setup` and `migrate` grant them exactly what is listed here (storage.grants). The
tables belong to the role that migrates, so no process can change a table or disable a trigger. If only one role is
known, as on many managed servers, every process uses that one.
"""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple


class ProcessKind(StrEnum):
    """Kinds of process. OPERATOR: the commands of an operator (dead-letters, reconcile, status)."""

    API = "api"
    LIVE = "live"
    WEB = "web"
    RELAY = "relay"
    BRIDGE = "bridge"
    NOTIFIER = "notifier"
    WORKER = "worker"
    SCHEDULER = "scheduler"
    OPERATOR = "operator"

    @property
    def role(self) -> str:
        """The name of its role in PostgreSQL."""
        return f"pedidos_{self.value}"


ROLES = tuple(kind.role for kind in ProcessKind)

SEES_SESSIONS = (ProcessKind.RELAY, ProcessKind.SCHEDULER, ProcessKind.OPERATOR)
"""Members of pg_read_all_stats: they report the sessions of other roles that hold up publishing."""

API, LIVE, WEB, RELAY, BRIDGE, NOTIFIER, WORKER, SCHEDULER, OPERATOR = ProcessKind

_TABLES: Mapping[str, Mapping[ProcessKind, str]] = {
    # To lock a row, a role needs the right to update one of its columns.
    "merchants": {
        **dict.fromkeys((API, WEB), "select, insert, update (id, active, suspended_at, suspended_reason)"),
        WORKER: "select",
        NOTIFIER: "select (id, name, time_zone)",
    },
    "merchant_applications": dict.fromkeys((API, WEB), "select, insert, update, delete"),
    "opening_hours": {**dict.fromkeys((API, WEB), "select, insert, delete"), WORKER: "select"},
    "closures": {**dict.fromkeys((API, WEB), "select, insert, update, delete"), WORKER: "select"},
    "delivery_terms": dict.fromkeys((API, WEB), "select, insert, update, delete"),
    "coupons": {**dict.fromkeys((API, WEB), "select, insert, update (active)"), WORKER: "select"},
    "vips": dict.fromkeys((API, WEB), "select, insert, delete"),
    "coupon_counts": {
        **dict.fromkeys((API, WEB), "select, insert, update (used)"),
        **dict.fromkeys((WORKER, OPERATOR), "select, update (used)"),
    },
    "coupon_uses": {
        **dict.fromkeys((API, WEB, OPERATOR), "select, delete"),
        WORKER: "select, insert, update (customer_id), delete",
    },
    "saved_addresses": dict.fromkeys((API, WEB), "select, insert, update, delete"),
    "accounts": {
        **dict.fromkeys(
            (API, WEB),
            "select, insert, update (password_hash, version, email, name, active, erased_at, verified_at)",
        ),
        LIVE: "select (id, role, merchant_id, staff, active, version, verified_at)",
        NOTIFIER: "select (id, email, role, merchant_id, staff, active, verified_at)",
        WORKER: "select (id, active)",
    },
    "sessions": {
        **dict.fromkeys((API, WEB), "select, insert, update, delete"),
        LIVE: "select (id, account_id, cookie_hash, expires_at, tokens_until, last_used_at)",
        WORKER: "select, update (id), delete",
    },
    "revocations": {**dict.fromkeys((API, LIVE), "select"), WORKER: "select, update (subject), delete"},
    "mails": {
        **dict.fromkeys((API, WEB), "select, insert, delete"),
        NOTIFIER: "select, insert",
        WORKER: "select (id, created_at), update (id), delete",
    },
    # A row is written by a trigger, with the owner's rights.
    "mail_deliveries": {
        WEB: "select",
        NOTIFIER: "select, update",
        WORKER: "select (mail_id, state)",
        **dict.fromkeys((SCHEDULER, OPERATOR), "select, update (state, attempts, next_attempt, settled_at)"),
    },
    "mail_refusals": {WEB: "select, insert, delete", NOTIFIER: "select"},
    "order_mails": {NOTIFIER: "select"},
    "webhook_endpoints": {
        **dict.fromkeys((API, WEB), "select, insert, update, delete"),
        NOTIFIER: "select, update (state)",
    },
    "webhook_secrets": {**dict.fromkeys((API, WEB), "select, insert, update (expires_at)"), NOTIFIER: "select"},
    "webhook_queues": {
        **dict.fromkeys((API, WEB), "select, insert, update"),
        NOTIFIER: "select, update",
        **dict.fromkeys((SCHEDULER, OPERATOR), "select, update (due_at)"),
    },
    "webhook_deliveries": {
        **dict.fromkeys((API, WEB), "select, insert, update"),
        NOTIFIER: "select, insert, update",
        WORKER: "select (id, settled_at), update (id), delete",
        **dict.fromkeys((SCHEDULER, OPERATOR), "select, update (state, before, next_attempt, created_at, settled_at)"),
    },
    "webhook_attempts": {**dict.fromkeys((API, WEB), "select"), NOTIFIER: "select, insert"},
    "one_time_tokens": {
        **dict.fromkeys((API, WEB), "select, insert, delete"),
        WORKER: "select (expires_at), update (token_hash), delete",
    },
    "second_factors": {
        **dict.fromkeys((API, WEB), "select, insert, update, delete"),
        LIVE: "select (account_id, confirmed_at)",
    },
    "recovery_codes": dict.fromkeys((API, WEB), "select, insert, delete"),
    "refresh_tokens": {API: "select, insert, update", WORKER: "select, update (token_hash), delete"},
    "products": {**dict.fromkeys((API, WEB), "select, insert, update"), WORKER: "select"},
    "option_groups": dict.fromkeys((API, WEB), "select, insert, update, delete"),
    "choices": {**dict.fromkeys((API, WEB), "select, insert, update, delete"), WORKER: "select"},
    "product_pictures": dict.fromkeys((API, WEB), "select, insert, update, delete"),
    "account_pictures": dict.fromkeys((API, WEB), "select, insert, update, delete"),
    "stock": {
        **dict.fromkeys((API, WEB), "select, insert, update"),
        **dict.fromkeys((WORKER, OPERATOR), "select, update"),
        SCHEDULER: "select",
    },
    "stock_changes": {**dict.fromkeys((API, WEB), "select, insert")},
    "orders": {
        **dict.fromkeys((API, WEB), "select, insert, update"),
        LIVE: "select",
        NOTIFIER: "select (id, merchant_id, total_cents)",
        WORKER: "select, update",
        SCHEDULER: "select, update (id)",
        OPERATOR: "select, update",
    },
    "order_items": {
        **dict.fromkeys((API, WEB), "select, insert"),
        **dict.fromkeys((NOTIFIER, WORKER, SCHEDULER, OPERATOR), "select"),
    },
    "order_lines": {**dict.fromkeys((API, WEB), "select, insert"), WORKER: "select"},
    "order_contacts": {
        **dict.fromkeys((API, WEB), "select, insert, delete"),
        WORKER: "select (order_id), update (order_id), delete",
    },
    "order_events": {
        **dict.fromkeys((API, WEB), "select, insert"),
        LIVE: "select",
        RELAY: "select",
        NOTIFIER: "select (order_id, version, detail)",
        WORKER: "select, insert, delete",
        SCHEDULER: "select",
        OPERATOR: "select, insert",
    },
    "event_log_fence": {
        **dict.fromkeys((API, LIVE, WEB, WORKER, SCHEDULER, OPERATOR), "select"),
        RELAY: "select, update",
    },
    "event_log_horizon": {
        **dict.fromkeys((LIVE, RELAY, OPERATOR), "select"),
        WORKER: "select, update",
    },
    "event_logs": {LIVE: "select", RELAY: "select", OPERATOR: "select, insert"},
    "relay_positions": {
        **dict.fromkeys((LIVE, WORKER, SCHEDULER), "select"),
        WEB: "select (shard, part, parts, begins, ends, txid, seq, unsigned_until)",
        **dict.fromkeys((BRIDGE, NOTIFIER), "select (shard, unsigned_until)"),
        RELAY: "select, insert, update",
        OPERATOR: "select, update",
    },
    "relays": {RELAY: "select, insert, update, delete"},
    "idempotency_keys": {
        API: "select, insert, update, delete",
        WEB: "select, insert, update, delete",
        WORKER: "select, update (key), delete",
    },
    "payments": {
        **dict.fromkeys((API, WEB), "select, update"),
        WORKER: "select, insert, update",
        SCHEDULER: "select, update (attempts, next_attempt)",
        OPERATOR: "select, update",
    },
    "refunds": {
        **dict.fromkeys((API, WEB), "select, insert, update (next_attempt)"),
        WORKER: "select, update",
        **dict.fromkeys((SCHEDULER, OPERATOR), "select, update (attempts, next_attempt)"),
    },
    "acceptances": dict.fromkeys((API, WEB, WORKER), "select, insert"),
    "courier_assignments": dict.fromkeys(
        (API, WEB), "select, insert, update (lease_until, picked_up_at, ended_at, ending)"
    ),
    "ratings": dict.fromkeys((API, WEB), "select, insert, update (comment)"),
    "merchant_ratings": dict.fromkeys((API, WEB), "select, insert, update (ratings, stars)"),
    "delivery_codes": dict.fromkeys((API, WEB), "select, insert, update (tries), delete"),
    "stalled_orders": {
        **dict.fromkeys((API, WEB), "select, insert, update"),
        WORKER: "select, insert, update, delete",
        SCHEDULER: "select, insert, update, delete",
        OPERATOR: "select, delete",
    },
    "dead_letters": {
        **dict.fromkeys((RELAY, BRIDGE, NOTIFIER), "select, insert"),
        API: "select (order_id, source, origin, status), insert",
        WEB: "select",
        **dict.fromkeys((SCHEDULER, OPERATOR), "select, insert, update"),
        WORKER: "select, insert, update, delete",
    },
    "dead_letter_actions": {
        **dict.fromkeys((WORKER, SCHEDULER), "insert"),
        WEB: "select",
        OPERATOR: "select, insert",
    },
    "dead_letter_jobs": {
        WEB: "select, insert, update (stopped_at, ended_at, waits_for)",
        SCHEDULER: "select, update (lease_until, waits_for, ended_at)",
        WORKER: "select, update (id), delete",
        OPERATOR: "select, update (stopped_at, ended_at, waits_for)",
    },
    "dead_letter_job_letters": {
        WEB: "select, insert",
        SCHEDULER: "select, update (done, note)",
        OPERATOR: "select",
    },
    "audit_log": {
        **dict.fromkeys((API, WEB, OPERATOR), "select, insert"),
        **dict.fromkeys((LIVE, SCHEDULER), "insert"),
        WORKER: "select (number, at), delete",  # a trigger keeps the entries of the last 30 days
    },
    "spans": {
        # To replace a row of a conflict, a role has to read all columns that it writes.
        **dict.fromkeys((API, LIVE, WEB, RELAY, BRIDGE, NOTIFIER), "select, insert, update"),
        WORKER: "select, insert, update, delete",
        OPERATOR: "select",
    },
    "audit_log_number": {},
    "reconciled_charges": {OPERATOR: "select, insert"},
    # A pod that starts beside `setup` waits for the schema; it may read this once its rights are given.
    "alembic_version": dict.fromkeys((API, LIVE, WEB, RELAY, BRIDGE, NOTIFIER, WORKER, SCHEDULER), "select"),
}
TABLES = MappingProxyType(_TABLES)
"""Per table, what each kind of process may do."""

_RIGHT = re.compile(r"(\w+)(?: \(([^)]+)\))?(?:, )?")


class Right(NamedTuple):
    """column: None for all columns."""

    table: str
    column: str | None
    role: str
    privilege: str


def rights() -> Iterator[Right]:
    """All rights that are listed, one by one."""
    for table, of_kinds in TABLES.items():
        for kind, listed in of_kinds.items():
            for privilege, columns in _RIGHT.findall(listed):
                for column in columns.split(", ") if columns else [None]:
                    yield Right(table, column, kind.role, privilege.upper())


def making() -> str:
    """SQL that creates the roles, for the administrator of a server. `setup` and `migrate` grant them their rights."""
    roles = [f"create role {role} login; -- then give it a password: \\password {role}" for role in ROLES]
    seeing = ", ".join(kind.role for kind in SEES_SESSIONS)
    return "\n".join([*roles, f"grant pg_read_all_stats to {seeing};"])
