# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: what went wrong at AWS, said as what, where, and what to do."""

from __future__ import annotations

import typing as t

from .._module import Failure, scrub

try:
    from botocore import exceptions as boto
    from botocore.parsers import ResponseParserError
except ImportError:  # `api.ec2_client` says so before anything here is reached
    pass

THROTTLED = ("RequestLimitExceeded", "Throttling", "ThrottlingException", "TooManyRequestsException")
UNCERTAIN = ("InternalError", "InternalFailure", "Unavailable", "ServiceUnavailable")
CREDENTIALS = "give access_key and secret_key, or profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"

REMEDIES = {
    "AuthFailure": "AWS does not know this access key here: check the key, and that region and account are of the same "
    "partition (keys of AWS China work in cn-north-1 and cn-northwest-1 only, and no others do there).",
    "SignatureDoesNotMatch": "The secret key does not belong to the access key, or this machine's clock is wrong.",
    "RequestExpired": "Get a new session token, and check this machine's clock.",
    "UnauthorizedOperation": "Allow the action ec2:{operation} for this identity in IAM.",
    "OptInRequired": "Activate the account for EC2, and the region for the account.",
    "VpnConnectionLimitExceeded": "The quota is 50 VPN connections a region and 10 a virtual private gateway (AWS's "
    "defaults): delete unused ones or ask AWS for more.",
    "CustomerGatewayLimitExceeded": "The quota is 50 customer gateways a region (AWS's default): delete unused ones or "
    "ask AWS for more.",
    "InvalidVpnConnectionID.NotFound": "Check the id, the region and the account.",
    "InvalidCustomerGatewayID.NotFound": "Check the id, the region and the account.",
    "InvalidVpnGatewayID.NotFound": "Check the id, the region and the account.",
    "InvalidTransitGatewayID.NotFound": "Check the id, the region and the account.",
    "InvalidRouteTableID.NotFound": "Check the id, the region and the account.",
    "Gateway.NotAttached": "Attach the virtual private gateway to the VPC of the route table first.",
    "IncorrectState": "Something else uses or changes this resource: wait for it, or remove what uses it first.",
}
REMEDIES |= dict.fromkeys(("InvalidClientTokenId", "UnrecognizedClientException"), REMEDIES["AuthFailure"])
REMEDIES |= dict.fromkeys(("ExpiredToken", "ExpiredTokenException"), REMEDIES["RequestExpired"])
REMEDIES |= dict.fromkeys(("AccessDenied", "AccessDeniedException"), REMEDIES["UnauthorizedOperation"])
REMEDIES |= dict.fromkeys(THROTTLED, "AWS throttled every attempt: run again later, or with fewer forks.")
REMEDIES |= dict.fromkeys(UNCERTAIN, "AWS itself had a fault: run again.")


class ApiFailure(Failure):
    """A call that AWS refused, or whose answer did not arrive (`lost`: it may have been carried out)."""

    def __init__(self, message: str, code: str = "", lost: bool = False, **details: t.Any) -> None:
        super().__init__(message, error_code=code or None, **details)
        self.code = code
        self.lost = lost

    @property
    def not_found(self) -> bool:
        return self.code.endswith(".NotFound")


def error_code(exc: BaseException) -> str:
    """AWS's own code of an error, or the name of the exception."""
    if isinstance(exc, boto.ClientError):
        return str(exc.response.get("Error", {}).get("Code", ""))
    return type(exc).__name__


def is_throttled(exc: BaseException) -> bool:
    """Whether AWS refused a call because there were too many."""
    return error_code(exc) in THROTTLED


def is_unsent(exc: BaseException) -> bool:
    """Whether a call certainly never reached AWS."""
    return isinstance(exc, boto.ConnectionError) and not isinstance(exc, boto.SSLError)


def is_lost(exc: BaseException) -> bool:
    """Whether the call may have been carried out although no answer says so."""
    if isinstance(exc, boto.ClientError):
        status = exc.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return not is_throttled(exc) and (error_code(exc) in UNCERTAIN or status >= 500)
    return isinstance(exc, (boto.HTTPClientError, ResponseParserError))


def explain(exc: BaseException, operation: str, where: str, secrets: t.Iterable[str] = ()) -> ApiFailure:
    """The failure of an operation: what, where, why, remedy. Secrets of the request never become part of it."""
    what = f"{operation} failed {where}"
    if isinstance(exc, boto.ClientError):
        return _refused(exc, operation, what, secrets)
    if isinstance(exc, (boto.NoCredentialsError, boto.PartialCredentialsError, boto.CredentialRetrievalError)):
        return ApiFailure(f"{what}: there are no complete AWS credentials. Remedy: {CREDENTIALS}.", error_code(exc))
    if isinstance(exc, boto.ProfileNotFound):
        remedy = "correct profile, or add it to ~/.aws/config on the host that runs the module"
        return ApiFailure(f"{what}: {exc}. Remedy: {remedy}.", error_code(exc))
    if isinstance(exc, boto.NoRegionError):
        return ApiFailure(f"{what}: no region is known. Remedy: give region or set AWS_REGION.", error_code(exc))
    reason = scrub(str(exc), secrets)
    if isinstance(exc, boto.SSLError):
        remedy = "check aws_ca_bundle, validate_certs and proxies in between"
    elif isinstance(exc, (boto.HTTPClientError, boto.ConnectionError)):
        remedy = "check that the region exists, endpoint_url, DNS, proxy and firewall; then run again"
    elif isinstance(exc, ResponseParserError):
        reason, remedy = (
            "the answer is not what EC2 answers",
            "check endpoint_url and proxies in between; then run again",
        )
    elif isinstance(exc, boto.ParamValidationError):
        remedy = "correct the option; where it is newer than this botocore, upgrade boto3 and botocore"
    else:
        remedy = "check the options that say how AWS is reached"
    return ApiFailure(f"{what}: {reason}. Remedy: {remedy}.", error_code(exc), is_lost(exc))


def _refused(exc: t.Any, operation: str, what: str, secrets: t.Iterable[str]) -> ApiFailure:
    code = error_code(exc)
    metadata = exc.response.get("ResponseMetadata", {})
    status, request_id = metadata.get("HTTPStatusCode"), metadata.get("RequestId")
    # «Encoded authorization failure message: …» is hundreds of characters that nobody can read.
    reason = str(exc.response.get("Error", {}).get("Message", "")).partition(" Encoded authorization failure")[0]
    text = f"{what}: {code} (HTTP {status}, request {request_id}): {scrub(reason, secrets)}"
    remedy = REMEDIES.get(code, "").format(operation=operation)
    return ApiFailure(
        f"{text.rstrip('.')}. {'Remedy: ' + remedy if remedy else ''}".strip(),
        code,
        is_lost(exc),
        http_status=status,
        request_id=request_id,
    )
