# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulated JD Cloud openapi: the services `bgw` and `vpc`, with the rules that JD Cloud publishes.

It knows the API and nothing of any client. What is published and what is inferred is said where each rule stands.
"""
