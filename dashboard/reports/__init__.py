"""Reports for executives: what a period says, from which inputs, in several forms.

`templates/*.yaml` say which sections a report has, `sections` fill them with figures and sentences,
`forms` lay the finished document out. A document is language-neutral data: every form and language
is a pure function of it.
"""
