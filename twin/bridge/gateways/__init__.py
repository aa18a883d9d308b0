"""Gateways: processes that make machines that speak otherwise look like a controller."""
