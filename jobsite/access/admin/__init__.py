"""Accounts, groups and tokens. Each change of them leaves a row in the audit, as every change by a person does."""

from jobsite.access.admin.access_token import AccessTokenAdmin
from jobsite.access.admin.accounts import AccountAdmin, RoleAdmin
from jobsite.access.admin.periodic import PeriodicTaskAdmin

__all__ = ["AccessTokenAdmin", "AccountAdmin", "PeriodicTaskAdmin", "RoleAdmin"]
