# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulated AWS on this machine: moto's EC2, STS and IAM, with Site-to-Site VPN that behaves as AWS's does.

Started by `python -m lab.aws --config FILE --ready FILE`; see `lab/aws/settings.py` for what can be set and
`lab/aws/admin.py` for the surface that tests use to look inside and to make things go wrong.
"""
