"""What stands at the front of every pack: what it holds, what it proves and what not. Pure."""

from __future__ import annotations

_EN = """\
# Evidence pack

Made by Afterwatch from its own records of one crisis. Nothing in it was summed up or rewritten.

## What lies where

| place | what |
|---|---|
| `manifest.json` | every file with size, SHA-256 and media type; the crisis, the software, \
the time |
| `log/events.jsonl` | the event log from the first entry of the crisis to its head |
| `crisis/` | the crisis, its level history, criteria, links, legal terms, the checklist as it \
stood |
| `warnings/`, `rules/` | the warnings with their figures, and the exact rule versions behind them |
| `evidence/` | what people filed and rows extracted from the records; `index.json` names the \
source, the time of capture and, for rows, table, snapshot and filter |
| `runs/`, `documents/` | the playbook's steps and who did them; every document in its version |
| `statements/` | every text word for word, its revisions and signatures, what was sent where |
| `approvals/` | who signed what, with the hash of what was signed |
| `compensation/` | batches with every item and their approvals |
| `messages/` | what people were told, and every attempt to deliver it |
| `review/` | the review, root causes and corrective actions, as far as they are there |
| `verify.py` | checks this pack; Python 3.9 or later, nothing else, no network |

## How to check it

    python verify.py PACK.zip
    python verify.py PACK.zip --head SEQ:HASH

The first line that was changed, dropped, swapped or inserted is named. Better than the `verify.py`
inside is one that you have from elsewhere: whoever forges a pack can forge that too. With `--head`
the log is compared with a head that was sent out before, for instance in a daily digest.

## What it proves, and what not

- Files, manifest and log entries are those that were packed, complete and in their order.
- The log entries continue one chain of hashes: none was changed later without all after it.
- It does **not** prove that an entry was true when it was written. A chain shows later change only.
- Whoever may write to the database can rebuild the whole log, and whoever makes a pack can make
  another. A head or the pack's SHA-256 that somebody else received earlier shows that; keep those.
- Times are those of the computer that wrote them. In a drill they run by the drill's clock.

## Personal data

The pack is redacted as the records are: keys of customers are keyed hashes, texts of messages are
as stored, without what was removed when they were taken in. Entries of the log that are about
something else are there as numbers and hashes only. Files that people filed are as they were filed:
look through `evidence/` before you hand the pack on.
"""

_ZH = """\
# 证据包

由 Afterwatch 依据自身记录生成，内容仅涉及一起危机，未经汇总或改写。

## 内容一览

| 位置 | 内容 |
|---|---|
| `manifest.json` | 全部文件的大小、SHA-256 与媒体类型；危机、软件版本与生成时间 |
| `log/events.jsonl` | 自该危机第一条记录起至日志末端的事件日志 |
| `crisis/` | 危机本身、级别变化、判定条件、关联对象、法定期限、当时的清单 |
| `warnings/`、`rules/` | 预警及其数字，以及所依据规则的确切版本 |
| `evidence/` | 人员提交的材料与摘录的数据行；`index.json` 注明来源、截取时间，\
数据行另注明表、快照与筛选条件 |
| `runs/`、`documents/` | 预案步骤与执行人；各文件当时的版本 |
| `statements/` | 每份声明的原文、修订、签署，以及发送至何处 |
| `approvals/` | 何人签署了什么，附所签内容的哈希 |
| `compensation/` | 补偿批次、明细与审批 |
| `messages/` | 通知内容及每次投递尝试 |
| `review/` | 复盘、根本原因与纠正措施（如有） |
| `verify.py` | 校验本证据包；仅需 Python 3.9 或更高版本，无需联网 |

## 如何校验

    python verify.py PACK.zip
    python verify.py PACK.zip --head SEQ:HASH

程序会指出第一处被更改、删除、调换或插入的位置。建议使用从别处取得的 `verify.py`：伪造证据包的人也能
伪造包内的程序。使用 `--head` 可与此前发出的日志末端哈希（例如每日摘要中的）比对。

## 能证明什么，不能证明什么

- 文件、清单与日志条目均为打包时的内容，完整且顺序未变。
- 日志条目构成一条连续的哈希链：若更改其中一条，其后各条必须全部更改。
- **不能**证明条目在写入时属实。哈希链只能显示事后的改动。
- 能写入数据库的人可以重建整个日志，能生成证据包的人也可以另做一份。只有他人此前收到的末端哈希或
  证据包的 SHA-256 才能揭示这一点，请妥善保存。
- 时间以写入时所用计算机为准；演练中以演练时钟为准。

## 个人数据

证据包与记录一样经过脱敏：客户标识为带密钥的哈希，消息文本为存储时的内容，导入时移除的部分不在其中。
与本危机无关的日志条目仅保留序号与哈希。人员提交的文件保持原样：转交前请检查 `evidence/`。
"""


def text(locale: str) -> str:
    """The README in a language of the screens."""
    return _ZH if locale.startswith("zh") else _EN
