"""From a context to a document."""

from __future__ import annotations

from dashboard.reports.context import Context
from dashboard.reports.document import Code, Document, Section
from dashboard.reports.headline import headline
from dashboard.reports.sections import module_of, options_of
from dashboard.reports.values import Words


def build(context: Context, *, company: str = "") -> Document:
    """The document of a report.

    Args:
        context: what it is made from.
        company: whose report it is, as the title page says; empty: nobody's name.
    """
    sections = []
    for spec in context.template.body.sections:
        options = options_of(spec.section).model_validate(spec.options)
        blocks = module_of(spec.section).build(context, options)
        key = spec.section
        title: Words | Code = Code(group="section", value=key)
        if spec.title is not None:
            title = Words(en=spec.title.en, zh=spec.title.zh)
        sections.append(Section(key=key, title=title, blocks=blocks))
    called = context.template.body.title
    opening = headline(context, tuple(sections))
    return Document(
        template=context.template.id,
        title=Words(en=called.en, zh=called.zh),
        period=context.period.name,
        first=context.period.first,
        last=context.period.last,
        as_of=context.as_of,
        zone=context.zone,
        currency=context.currency,
        company=company,
        complete=not context.missing,
        missing=context.missing,
        headline=opening.say,
        headline_tone=opening.tone,
        summary=opening.summary,
        sections=tuple(sections),
    )
