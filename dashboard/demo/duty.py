"""The sample company's people, rotas and escalation; nothing they are told leaves the machine."""

from __future__ import annotations

from pathlib import Path

from alerts.notify.config import FILE_NAME

ALERTING = """\
# People on call at the sample company. Every message goes to the log; edit this file as you like.
# docs/notification.md explains it, `afterwatch notify check` checks it.
schema_version: 1

channels:
  desk: {kind: log}

# roles: what a person may do and sign in a crisis. languages: which texts they may proofread.
people:
  Ana Weber:
    {zone: Europe/Berlin, addresses: {desk: ana},
     roles: [crisis_lead, service_manager, proofreader], languages: [de, en]}
  Jonas Lind:
    {zone: Europe/Berlin, addresses: {desk: jonas},
     roles: [team_lead, logistics, marketplace_desk, proofreader], languages: [en, pl, nl]}
  Mei Chen:
    {locale: zh, zone: Asia/Shanghai, addresses: {desk: mei}, roles: [supply, translator],
     languages: [zh, en]}
  Sam Ortiz:
    {zone: America/New_York, addresses: {desk: sam},
     roles: [executive_sponsor, service_manager, proofreader], languages: [en, es, pt]}
  Lena Fischer:
    {zone: Europe/Berlin, addresses: {desk: lena},
     roles: [legal, final_reviewer], languages: [de, en]}
  Omar Haddad:
    {zone: Europe/Paris, addresses: {desk: omar}, roles: [pr, proofreader, translator],
     languages: [ar, fr, en]}
  Lin Yue:
    {locale: zh, zone: Asia/Shanghai, addresses: {desk: lin}, roles: [proofreader, translator],
     languages: [zh, ja, ko, en]}
  Priya Nair:
    {zone: Europe/London, addresses: {desk: priya},
     roles: [finance, privacy_officer, proofreader], languages: [en, it]}

rotas:
  europe:
    zone: Europe/Berlin
    country: DE
    layers:
      - {name: week, people: [Ana Weber, Jonas Lind], holiday_people: [Sam Ortiz]}
  china:
    zone: Asia/Shanghai
    country: CN
    layers:
      - name: workdays
        people: [Mei Chen]
        rotate: none
        shifts: [{from: "09:00", to: "18:00", when: workdays}]
      - name: otherwise
        people: [Sam Ortiz]
        rotate: none
        shifts:
          - {from: "18:00", to: "09:00"}
          - {from: "09:00", to: "18:00", when: days_off}

escalations:
  nobody-answers:
    steps:
      - {after: 15m, tell: [{rota: europe}]}
      - {after: 30m, tell: [{rota: china}]}
    repeat: 1

# What is open, late or undelivered, and the head of the log for somebody to keep.
digest: {at: "08:00", zone: Europe/Berlin, to: [{rota: europe}, {channel: desk}]}

route:
  name: everything
  receivers: [{channel: desk}]
  routes:
    - name: critical
      match: [severity=critical]
      receivers: [{rota: europe}, {channel: desk}, {escalation: nobody-answers}]
"""


def declare(home: Path) -> None:
    """Write `alerting.yaml` unless the home has one."""
    path = home / FILE_NAME
    if not path.exists():
        path.write_text(ALERTING, encoding="utf-8")
