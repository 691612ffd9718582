"""Decide what the code says: names, annotations and expressions, ready for templates.

Whatever comes out of the document leaves here as a checked identifier or as a literal
written by `repr`, never as text that a template puts into code.
"""

from codegen.plan.package import Package, plan_package

__all__ = ["Package", "plan_package"]
