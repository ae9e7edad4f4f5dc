# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
"""What the system tests are made of: processes, peers, clients."""
