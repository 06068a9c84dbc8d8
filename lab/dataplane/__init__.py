# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's data plane: what both emulated clouds were told is carried out with real IPsec and BGP.

Every end of a tunnel is a strongSwan of its own, every gateway a BIRD, every VPC and instance a network namespace. Each
end is configured from its own cloud's records and from nothing else, so a wrong key, cipher, group or address really
fails. What comes of it flows back into the fields that the real APIs have.

    from_jdcloud, from_aws   a cloud's records → model
    model                    what there should be, cloud-neutral
    fabric                   model → namespaces, daemons, packet filters; only what differs is touched
    observer                 what really is, told to the clouds and written to the event log
"""
