# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2's errors, named for what went wrong."""

from __future__ import annotations

from moto.ec2.exceptions import EC2ClientError


def invalid_value(message: str) -> EC2ClientError:
    return EC2ClientError("InvalidParameterValue", message)


def invalid_combination(message: str) -> EC2ClientError:
    return EC2ClientError("InvalidParameterCombination", message)


def missing_parameter(name: str) -> EC2ClientError:
    return EC2ClientError("MissingParameter", f"The request must contain the parameter {name}")


def incorrect_state(message: str) -> EC2ClientError:
    return EC2ClientError("IncorrectState", message)


def unsupported(message: str) -> EC2ClientError:
    """For what AWS can do and this emulation does not: better refused than half done."""
    return EC2ClientError("UnsupportedOperation", f"{message} (not emulated)")


def limit_exceeded(kind: str, message: str) -> EC2ClientError:
    return EC2ClientError(f"{kind}LimitExceeded", message)


def not_found(kind: str, text: str, resource_id: str) -> EC2ClientError:
    return EC2ClientError(f"Invalid{kind}ID.NotFound", f"The {text} ID '{resource_id}' does not exist")
