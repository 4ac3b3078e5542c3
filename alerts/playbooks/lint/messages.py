"""What each rule of the linter says, and what it advises, in both languages. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from alerts.library.model import Finding, Severity, Words


class Message(NamedTuple):
    """A rule's words; names in braces are filled by what it found."""

    severity: Severity
    what: Words
    advice: Words


def _error(en: str, zh: str, advice_en: str, advice_zh: str) -> Message:
    return Message("error", Words(en, zh), Words(advice_en, advice_zh))


def _warning(en: str, zh: str, advice_en: str, advice_zh: str) -> Message:
    return Message("warning", Words(en, zh), Words(advice_en, advice_zh))


MESSAGES: Mapping[str, Message] = MappingProxyType(
    {
        # order of steps
        "unknown_step": _error(
            "There is no step {step}.",
            "没有名为 {step} 的步骤。",
            "Name one of the steps, or remove it.",
            "请填写已有步骤的键，或删除此项。",
        ),
        "cycle": _error(
            "The steps {steps} wait for each other: none can begin.",
            "步骤 {steps} 互相等待，都无法开始。",
            "Take one of the needs away.",
            "请删除其中一项依赖。",
        ),
        "unreachable": _error(
            "No level of this playbook ever reaches the step.",
            "本处置手册的任何级别都不会执行到该步骤。",
            "Correct its level or condition, or remove it.",
            "请更正其级别或条件，或删除该步骤。",
        ),
        "needs_higher_level": _error(
            "It belongs from level {level} on, but {step} exists only from level {other} on.",
            "该步骤自 {level} 级起执行，而 {step} 自 {other} 级起才有。",
            "Raise its level, lower that of {step}, or do not build on it.",
            "请提高本步骤的级别，降低 {step} 的级别，或取消这层关系。",
        ),
        "due_before_need": _error(
            "At level {level} it is due {due} after the start, before {step} is ({other}).",
            "在 {level} 级，它的时限是启动后 {due}，早于所依赖的 {step}（{other}）。",
            "Give it more time, or {step} less.",
            "请延后其时限，或提前 {step} 的时限。",
        ),
        "wait_longer_than_due": _error(
            "It waits for {wait}, but is due {due} after what it follows.",
            "它需等待 {wait}，时限却是其前置步骤之后 {due}。",
            "Make the due time longer than the wait.",
            "请让时限长于等待时间。",
        ),
        "no_due": _warning(
            "Nobody is told when it is late: it has no due time.",
            "该步骤没有时限，拖延时不会有人收到提醒。",
            "Give it a due time.",
            "请设定时限。",
        ),
        "of_not_needed": _error(
            "It signs what {step} yields, but does not wait for it.",
            "它审批 {step} 的结果，却不等待该步骤完成。",
            "Add {step} to its needs.",
            "请把 {step} 加入其依赖。",
        ),
        "skips_approval": _error(
            "When its time runs out it is skipped: nobody would have signed.",
            "超时后会被跳过，等于无人审批。",
            "Let it escalate or fail.",
            "请改为升级（escalate）或失败（fail）。",
        ),
        # what kinds of steps need
        "missing_field": _error(
            "A step of kind {kind} needs {field}.",
            "{kind} 类步骤需要 {field}。",
            "Add it.",
            "请补上。",
        ),
        "no_effect": _error(
            "The worker does it by itself, but nothing says what: it names no effect.",
            "该步骤由系统自动执行，却没有写明执行什么（do）。",
            "Name an effect in do, or make it a manual step.",
            "请在 do 中填写动作，或改为人工步骤。",
        ),
        "foreign_field": _error(
            "A step of kind {kind} has no use for {field}.",
            "{kind} 类步骤用不到 {field}。",
            "Remove it, or correct the kind.",
            "请删除该字段，或更正步骤类型。",
        ),
        "no_proof": _error(
            "After a crash somebody must say whether it happened; nothing tells how to see that.",
            "系统崩溃后需要有人确认是否已执行，但没有说明如何查证。",
            "Say in proof where to look.",
            "请在 proof 中写明查证办法。",
        ),
        "no_role": _error(
            "Nobody is named who does it.",
            "没有写明由谁负责。",
            "Give it a role.",
            "请填写角色（role）。",
        ),
        # what is referred to
        "unknown_effect": _error(
            "The worker cannot do {name}. It knows: {known}.",
            "系统不会执行 {name}。可用：{known}。",
            "Name one of these.",
            "请改为其中之一。",
        ),
        "unknown_param": _error(
            "{effect} takes no {name}. It takes: {known}.",
            "{effect} 没有参数 {name}。可用：{known}。",
            "Correct or remove it.",
            "请更正或删除。",
        ),
        "unknown_template": _error(
            "There is no statement template {name}.",
            "没有声明模板 {name}。",
            "Write it, or name one there is.",
            "请编写该模板，或改用已有模板。",
        ),
        "unknown_channel": _error(
            "The template {template} has no text for the channel {name}. It has: {known}.",
            "模板 {template} 没有 {name} 渠道的文本。已有：{known}。",
            "Add it to the template, or publish elsewhere.",
            "请在模板中补充，或改用其他渠道。",
        ),
        "missing_locale": _error(
            "The template {template} has no text in {name}.",
            "模板 {template} 缺少 {name} 的文本。",
            "Write it: nothing is said in another language instead.",
            "请补写：系统不会用其他语言代替。",
        ),
        "market_without_locale": _error(
            "In the market {market} people read {names}; the template {template} has none of it.",
            "{market} 市场使用 {names}，模板 {template} 没有相应文本。",
            "Write it, or say in locales which languages it goes out in.",
            "请补写，或在 locales 中写明使用的语言。",
        ),
        "public_mismatch": _error(
            "Anybody may read the template {template}, but the step does not say public: true.",
            "模板 {template} 面向公众，步骤却没有写 public: true。",
            "Make both say the same.",
            "请使两处一致。",
        ),
        "unsigned_public": _error(
            "It is public, but at level {level} only {signed} of {wanted} people sign it.",
            "该声明面向公众，在 {level} 级却只有 {signed} 人签字（应为 {wanted} 人）。",
            "Let its template ask for translated, proofread and final.",
            "请让模板要求翻译、校对、终审三道签字。",
        ),
        "template_variable": _error(
            "The template {template} needs {name}, which this playbook does not have.",
            "模板 {template} 需要变量 {name}，本处置手册没有声明。",
            "Declare it as a variable.",
            "请声明该变量。",
        ),
        "template_variable_type": _error(
            "The template {template} takes {name} as {wanted}; here it is {type}.",
            "模板 {template} 中 {name} 的类型是 {wanted}，这里是 {type}。",
            "Make the types the same.",
            "请统一类型。",
        ),
        "unknown_policy": _error(
            "There is no compensation policy {name}.",
            "没有补偿政策 {name}。",
            "Write it, or name one there is.",
            "请编写该政策，或改用已有政策。",
        ),
        "no_policy": _error(
            "It proposes compensation, but the playbook names no policy.",
            "该步骤提出补偿，但处置手册没有指定补偿政策。",
            "Name the policy in compensation.",
            "请在 compensation 中指定政策。",
        ),
        "policy_unused": _warning(
            "It names a compensation policy, but no step proposes a batch.",
            "指定了补偿政策，却没有提出补偿批次的步骤。",
            "Add a propose_batch step, or remove the policy.",
            "请增加 propose_batch 步骤，或删除该政策。",
        ),
        "unknown_clock": _error(
            "There is no statutory rule {name}.",
            "没有法定时限规则 {name}。",
            "Name one of: {known}.",
            "请改为以下之一：{known}。",
        ),
        "clocks_never_start": _error(
            "It names statutory clocks, but no step starts them.",
            "列出了法定时限，却没有启动它们的步骤。",
            "Add an auto step that does start_clocks.",
            "请增加执行 start_clocks 的自动步骤。",
        ),
        "unknown_checklist": _error(
            "There is no document of checklists {name}.",
            "没有清单文档 {name}。",
            "Name one of: {known}.",
            "请改为以下之一：{known}。",
        ),
        "unknown_item": _error(
            "The checklists {checklist} have no item {name}.",
            "清单 {checklist} 中没有 {name} 一项。",
            "Correct it, or add the item to a checklist.",
            "请更正，或把该项加入清单。",
        ),
        # people
        "unknown_role": _error(
            "The playbook declares no role {name}.",
            "处置手册没有声明角色 {name}。",
            "Declare it under roles, or correct it.",
            "请在 roles 中声明，或更正。",
        ),
        "fallback_cycle": _error(
            "The fallback of {name} leads back to it.",
            "{name} 的替补最终又指回自己。",
            "Name somebody else.",
            "请改用其他角色。",
        ),
        "role_not_at_level": _error(
            "It belongs from level {level} on, but {name} is only there at {levels}.",
            "该步骤自 {level} 级起执行，而角色 {name} 只在 {levels} 级到位。",
            "Widen the levels of the role, give it a fallback, or choose another role.",
            "请扩大该角色的级别，为其设替补，或换一个角色。",
        ),
        "nobody_holds": _warning(
            "Nobody holds the role {name}, nor any that stands in for it.",
            "没有人担任角色 {name}，也没有可替补的角色。",
            "Give it to somebody in alerting.yaml, or name a fallback.",
            "请在 alerting.yaml 中指定人员，或设替补。",
        ),
        "too_few_signers": _warning(
            "Nobody is left to sign as {roles}: each signature is another person's, and none that"
            " of whoever did {step}.",
            "以 {roles} 身份签署的人手不足：每个签名须由不同的人作出，且不得是完成 {step} 的人。",
            "Give these roles to more people in alerting.yaml, or let other roles sign.",
            "请在 alerting.yaml 中让更多人担任这些角色，或改由其他角色签署。",
        ),
        "role_unused": _warning(
            "No step, update or message needs the role.",
            "没有任何步骤、通报或消息用到该角色。",
            "Remove it.",
            "请删除。",
        ),
        "unknown_recipient": _error(
            "{name} is neither a role of this playbook nor a #channel.",
            "{name} 既不是本处置手册的角色，也不是 #频道。",
            "Name a role, or a channel with # before it.",
            "请填写角色，或以 # 开头的频道。",
        ),
        "unknown_flag": _error(
            "There is no fact {name} among the levels.",
            "级别文档中没有事实 {name}。",
            "Use one of: {known}.",
            "可用：{known}。",
        ),
        "flag_type": _error(
            "A fact is stated by a yes; this is a {type}.",
            "事实以“是”来陈述；此变量类型为 {type}。",
            "Make it a boolean, or take the flag away.",
            "请改为 boolean，或去掉 flag。",
        ),
        # variables, conditions, texts
        "undeclared": _error(
            "It names {name}, which is not declared.",
            "使用了未声明的变量 {name}。",
            "Declare it under variables, or correct it.",
            "请在 variables 中声明，或更正。",
        ),
        "variable_unused": _warning(
            "Nothing uses it.",
            "没有任何地方用到它。",
            "Remove it.",
            "请删除。",
        ),
        "bad_condition": _error(
            "The condition cannot be read: {message}",
            "条件无法解析：{message}",
            "Correct it at that place.",
            "请在所示位置更正。",
        ),
        "never_known": _error(
            "When the step begins, nobody can know {name} yet.",
            "步骤开始时，{name} 尚不可能得知。",
            "Give it a default, make it required, or let a step before this one ask for it.",
            "请给它默认值、设为必填，或由之前的步骤询问。",
        ),
        "default_type": _error(
            "The default is no {type}.",
            "默认值不是 {type} 类型。",
            "Correct the default or the type.",
            "请更正默认值或类型。",
        ),
        "not_translated": _error(
            "The {language} text is not in {language}.",
            "{language} 文本不是该语言。",
            "Write it in {language}.",
            "请用该语言书写。",
        ),
        "texts_differ": _error(
            "Only one of the two languages names {names}.",
            "只有一种语言的文本提到 {names}。",
            "Say the same in both.",
            "请使两种语言一致。",
        ),
        # the rest
        "cadence_twice": _error(
            "The audience {name} is there twice.",
            "受众 {name} 出现了两次。",
            "Keep one, with its times by level.",
            "请只保留一条，并按级别写时间。",
        ),
        "cadence_words": _error(
            "Nothing says what {name} is told.",
            "没有写明向 {name} 通报什么。",
            "Name a template, or write a message.",
            "请指定模板，或写明消息。",
        ),
        "cadence_levels": _error(
            "It is for levels that the playbook is not for.",
            "其级别不在处置手册的级别之内。",
            "Make the levels meet.",
            "请使级别一致。",
        ),
        "metric_source": _error(
            "Nothing says how it is measured.",
            "没有写明如何计量。",
            "Say until which step it counts, or name a KPI.",
            "请写明计到哪个步骤（until），或指定 KPI。",
        ),
        "unknown_moment": _error(
            "{name} is neither a step nor one of {known}.",
            "{name} 既不是步骤，也不是 {known} 之一。",
            "Correct it.",
            "请更正。",
        ),
        "no_remedy": _error(
            "It compensates or apologises, but nothing is put right.",
            "有补偿或致歉，却没有整改步骤。",
            "Add a step in the phase remedy that names a measure and when it is checked.",
            "请在 remedy 阶段增加步骤，写明整改措施与核查日期。",
        ),
        "no_drill": _warning(
            "It cannot be practised: it has no drill.",
            "没有演练场景，无法演练。",
            "Write a scenario under drill.",
            "请在 drill 中编写场景。",
        ),
        "drill_variable": _error(
            "The drill does not give {name}, which every run must have.",
            "演练没有给出必填变量 {name}。",
            "Give it a value there.",
            "请在演练中赋值。",
        ),
        "drill_level": _error(
            "The drill is at level {level}, which the playbook is not for.",
            "演练的级别 {level} 不在处置手册的级别之内。",
            "Choose one of {levels}.",
            "请选择 {levels} 之一。",
        ),
        "review_overdue": _warning(
            "It should have been looked through by {day}.",
            "应在 {day} 之前复核。",
            "Let {owner} go through it and move review_by.",
            "请由 {owner} 复核并更新 review_by。",
        ),
    }
)
"""By rule, in the order in which the rules run."""


def finding(rule: str, where: str, **facts: Any) -> Finding:
    """What a rule says of a place."""
    message = MESSAGES[rule]
    return Finding(
        message.severity,
        rule,
        where,
        _filled(message.what, facts),
        _filled(message.advice, facts),
    )


def _filled(words: Words, facts: Mapping[str, Any]) -> Words:
    return Words(words.en.format(**facts), words.zh.format(**facts))
