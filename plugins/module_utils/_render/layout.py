# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: lays a family's words out by its templates. The templates decide nothing.

Jinja2 comes with ansible-core, which runs this on the controller only; ansible-test also imports it without.
"""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path

try:
    import jinja2
except ImportError:  # pragma: no cover
    jinja2 = None  # type: ignore[assignment]


@functools.cache
def _environment() -> t.Any:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )


def layout(template: str, **words: t.Any) -> str:
    """The text of `templates/TEMPLATE.j2`; a word that is missing is an error."""
    return str(_environment().get_template(f"{template}.j2").render(**words))
