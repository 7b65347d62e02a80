"""Accounts, groups and tokens. Each change of them leaves a row in the audit, as every change by a person does."""

from jobsite.console.access.access_token import AccessTokenAdmin
from jobsite.console.access.accounts import AccountAdmin, RoleAdmin
from jobsite.console.access.periodic import PeriodicTaskAdmin

__all__ = ["AccessTokenAdmin", "AccountAdmin", "PeriodicTaskAdmin", "RoleAdmin"]
