# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's VPN device: a Linux gateway in a namespace of its own, which Ansible reaches by SSH and configures.

It is a machine as far as that goes without a container: its own interfaces, its own /etc, /run and /root, FRR, and an
SSH server. Nothing that is written there is written on this machine. What it is told is the product's business; the lab
only makes what a kernel with xfrm interfaces would have: see `interfaces.py`.
"""
