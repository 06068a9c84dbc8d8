# SPDX-License-Identifier: GPL-3.0-or-later
"""Routers that are not there: command lines over real SSH that keep what they are told and answer as real ones do."""
