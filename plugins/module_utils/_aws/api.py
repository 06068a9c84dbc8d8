# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: the one way to AWS's EC2 API.

`ec2_client(params)` takes the options of amazon.aws (and `role_arn`) and needs no module: gathering uses it too.
botocore's own retries are off: it would repeat a create whose answer was lost, and EC2 has no client token for a VPN
connection. Reads and repeatable writes are retried here; a create is looked for before it is repeated.
"""

from __future__ import annotations

import contextlib
import json
import os
import typing as t

from ansible.module_utils.basic import missing_required_lib
from ansible_collections.amazon.aws.plugins.module_utils.botocore import HAS_BOTO3, get_aws_connection_info
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry

from .._module import Failure, MissingLibrary
from .._shared_reads import SharedReads
from . import waiters
from .errors import ApiFailure, error_code, explain, is_lost, is_throttled, is_unsent

try:
    import boto3
    import botocore.loaders
    import botocore.session
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError, NoRegionError
    from botocore.parsers import ResponseParserError

    CAUGHT: tuple[type[Exception], ...] = (ClientError, BotoCoreError, ResponseParserError)
    # The descriptions of AWS's services, read once in a process: reading them is most of what a client costs.
    LOADER = botocore.loaders.create_loader(os.environ.get("AWS_DATA_PATH"))
except ImportError:
    CAUGHT = ()

AUTH = (
    "access_key",
    "secret_key",
    "session_token",
    "profile",
    "region",
    "endpoint_url",
    "validate_certs",
    "aws_ca_bundle",
    "aws_config",
    "role_arn",
)
SESSION = {
    "access_key": "aws_access_key_id",
    "secret_key": "aws_secret_access_key",
    "session_token": "aws_session_token",
}
SECRET_REQUEST_KEYS = ("PreSharedKey",)
CREATE_ATTEMPTS = 3
# How long a new resource may take to appear in EC2's lists.
LOOK_AGAIN_SECONDS = (0.0, 1.0, 2.0)

T = t.TypeVar("T")


def _retry(function: t.Callable[..., T], when: t.Callable[[BaseException], bool], tries: int) -> t.Callable[..., T]:
    """amazon.aws's jittered back-off for the errors that `when` tells. Every call gets its own: a back-off keeps state,
    and clients are shared between threads."""

    class Retry(AWSRetry):
        base_class = CAUGHT

        @staticmethod
        def status_code_from_exception(error: BaseException) -> bool:
            return when(error)

        @staticmethod
        def found(response_code: bool, catch_extra_error_codes: t.Any = None) -> bool:
            return response_code

    return t.cast("t.Callable[..., T]", Retry.jittered_backoff(retries=tries, delay=0.4, max_delay=20)(function))


def _safe(function: t.Callable[..., T]) -> t.Callable[..., T]:
    """Repeat what was certainly not carried out. A wrong region shows as an unknown host: hence few tries."""
    return _retry(_retry(function, is_unsent, tries=4), is_throttled, tries=8)


def _repeatable(function: t.Callable[..., T]) -> t.Callable[..., T]:
    """Repeat what may have been carried out, because doing it again does no harm."""
    return _retry(function, is_lost, tries=5)


class Ec2:
    """EC2 of one account and region. Safe to share between threads; raises nothing but `ApiFailure`."""

    def __init__(self, client: t.Any) -> None:
        self.client = client
        self.region: str = client.meta.region_name
        self._reads = SharedReads()

    @property
    def where(self) -> str:
        return f"at EC2 in {self.region} ({self.client.meta.endpoint_url})"

    def read(self, method: str, key: str, **kwargs: t.Any) -> list[dict[str, t.Any]]:
        """Every item of a describe call, all pages. Threads that ask for the same at the same time share the answer."""

        def pages(**arguments: t.Any) -> dict[str, t.Any]:
            if self.client.can_paginate(method):
                result: dict[str, t.Any] = self.client.get_paginator(method).paginate(**arguments).build_full_result()
                return result
            return self._method(method)(**arguments)

        asked = (method, json.dumps(kwargs, sort_keys=True))
        found: list[dict[str, t.Any]] | None = self._reads(
            asked, lambda: self._call(method, _repeatable(pages), kwargs).get(key)
        )
        return found or []

    def write(self, method: str, **kwargs: t.Any) -> dict[str, t.Any]:
        """A write that does no harm when it is repeated."""
        return self._call(method, _repeatable(self._method(method)), kwargs)

    def write_once(self, method: str, **kwargs: t.Any) -> dict[str, t.Any]:
        """A write that is not repeated when its answer is lost (`ApiFailure.lost`): the caller then looks."""
        return self._call(method, self._method(method), kwargs)

    def create(
        self,
        method: str,
        new_id: t.Callable[[dict[str, t.Any]], str],
        find: t.Callable[[], str | None],
        **kwargs: t.Any,
    ) -> str:
        """The id of a new resource. Where the answer is lost, `find` looks for it before another one is made."""
        for attempt in range(1, CREATE_ATTEMPTS + 1):
            try:
                return new_id(self.write_once(method, **kwargs))
            except ApiFailure as failure:
                if not failure.lost:
                    raise
                found = _look(find)
                if found is not None:
                    return found
                if attempt == CREATE_ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    def _method(self, method: str) -> t.Callable[..., dict[str, t.Any]]:
        return t.cast("t.Callable[..., dict[str, t.Any]]", getattr(self.client, method))

    def _call(self, method: str, function: t.Callable[..., T], kwargs: dict[str, t.Any]) -> T:
        arguments = {name: value for name, value in kwargs.items() if value is not None}
        try:
            result: T = _safe(function)(**arguments)
            return result
        except CAUGHT as exc:
            operation = self.client.meta.method_to_api_mapping.get(method, method)
            raise explain(exc, operation, self.where, list(_secrets(arguments))) from exc


def _look(find: t.Callable[[], str | None]) -> str | None:
    for seconds in LOOK_AGAIN_SECONDS:
        waiters.sleep(seconds)
        found = find()
        if found is not None:
            return found
    return None


def _secrets(value: t.Any) -> t.Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key in SECRET_REQUEST_KEYS:
                yield str(item)
            else:
                yield from _secrets(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _secrets(item)


class _Caller:
    """What amazon.aws's connection helpers use of a module."""

    _name = "intercloud.vpn"

    def __init__(self, params: t.Mapping[str, t.Any], service: str) -> None:
        self.params = {
            "validate_certs": True,
            **{name: params.get(name) for name in AUTH if params.get(name) is not None},
        }
        self.where = f"({service}, region {params.get('region') or 'not given'})"

    def fail_json(self, msg: str, **details: t.Any) -> t.NoReturn:
        raise Failure(msg)


def _connect(service: str, params: t.Mapping[str, t.Any], **override: t.Any) -> t.Any:
    caller: t.Any = _Caller(params, service)
    region, endpoint, kwargs = get_aws_connection_info(caller)
    kwargs.update(override)
    own = Config(user_agent_extra="intercloud.vpn", connect_timeout=10, read_timeout=60, max_pool_connections=20)
    asked = kwargs.pop("aws_config", None)
    config = (own.merge(asked) if asked else own).merge(Config(retries={"total_max_attempts": 1, "mode": "standard"}))
    if service == "sts":
        endpoint = os.environ.get("AWS_ENDPOINT_URL_STS") or endpoint
    try:
        session = botocore.session.Session(profile=kwargs.pop("profile_name", None))
        session.register_component("data_loader", LOADER)
        return boto3.session.Session(botocore_session=session).client(
            service, region_name=region, endpoint_url=endpoint, config=config, **kwargs
        )
    except NoRegionError:
        raise Failure(f"No AWS region {caller.where}: set region, AWS_REGION or the profile's.") from None
    except (ValueError, BotoCoreError) as exc:
        raise explain(exc, "Connecting to AWS", caller.where) from exc


def warm() -> None:
    """Read EC2's description ahead, for the workers that will be forked from this process.

    The first client of a process costs twenty times what others cost, so one is made here; it calls nobody. What is
    wrong with the user's AWS configuration is said by the module that needs it.
    """
    if not HAS_BOTO3:
        return
    for kind in ("service-2", "endpoint-rule-set-1", "paginators-1"):
        LOADER.load_service_model("ec2", kind)
    LOADER.load_data("endpoints")
    with contextlib.suppress(Exception):
        session = botocore.session.Session()
        session.register_component("data_loader", LOADER)
        keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
        # `auto` would ask the machine's metadata service where it is.
        config = Config(defaults_mode="legacy")
        boto3.session.Session(botocore_session=session).client("ec2", region_name="us-east-1", config=config, **keys)


def ec2_client(params: t.Mapping[str, t.Any]) -> Ec2:
    """EC2 with the options of `AUTH`; all but the region may also come from where boto3 looks for them."""
    if not HAS_BOTO3:
        raise MissingLibrary(missing_required_lib("boto3 and botocore"))
    if not params.get("role_arn"):
        return Ec2(_connect("ec2", params))
    session = {SESSION[key]: value for key, value in session_of(params).items()}
    return Ec2(_connect("ec2", params, profile_name=None, **session))


def session_of(params: t.Mapping[str, t.Any]) -> dict[str, str]:
    """The keys of a session in the role `role_arn`, by the names of amazon.aws's options."""
    if not HAS_BOTO3:
        raise MissingLibrary(missing_required_lib("boto3 and botocore"))
    credentials = _assume_role(params)
    return {
        "access_key": credentials["AccessKeyId"],
        "secret_key": credentials["SecretAccessKey"],
        "session_token": credentials["SessionToken"],
    }


def _assume_role(params: t.Mapping[str, t.Any]) -> dict[str, str]:
    role = params["role_arn"]
    sts = _connect("sts", params)
    try:
        answer = _safe(_repeatable(sts.assume_role))(RoleArn=role, RoleSessionName="intercloud.vpn")
    except CAUGHT as exc:
        where = f"for {role} in {sts.meta.region_name} ({sts.meta.endpoint_url})"
        if error_code(exc) == "AccessDenied":
            raise ApiFailure(
                f"AssumeRole was refused {where}. Remedy: the role must trust this identity, and the identity must be "
                "allowed sts:AssumeRole on it.",
                "AccessDenied",
            ) from exc
        raise explain(exc, "AssumeRole", where) from exc
    return t.cast("dict[str, str]", answer["Credentials"])
