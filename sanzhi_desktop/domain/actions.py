"""The two vocabularies of the workflow: where a case stands, and what somebody does to it.

Names only; which action is open where, and to whom, is the table in `domain.workflow`.
"""

from enum import StrEnum


class State(StrEnum):
    """Where a case stands."""

    DRAFT = "draft"  # 草拟送审
    SUBMITTED = "submitted"  # 已送审，待核对
    CORRECTION = "correction"  # 退回补正
    ACCEPTED = "accepted"  # 已受理，待分派
    REVIEWING = "reviewing"  # 审核中
    SIGNING = "signing"  # 待签发
    PASSED = "passed"  # 审核通过，待决定
    RESPONDING = "responding"  # 待承办机构处理
    DECIDED = "decided"  # 已作出决定
    RETURNED = "returned"  # 退回：不属于审核范围
    NOT_NEEDED = "not_needed"  # 未送审：确认不需要法制审核
    WITHDRAWN = "withdrawn"  # 承办机构撤回（终止）


class Action(StrEnum):
    """What somebody does to a case."""

    REGISTER = "register"  # 登记送审
    EDIT = "edit"  # 修改送审表和材料
    CONFIRM = "confirm"  # 承办机构负责人确认送审
    ASK_CORRECTION = "ask_correction"  # 通知补正
    ACCEPT = "accept"  # 受理
    RETURN = "return"  # 退回：不属于审核范围
    NOT_NEEDED = "not_needed"  # 不送审：确认不需要法制审核
    ASSIGN = "assign"  # 分派
    REASSIGN = "reassign"  # 转办
    EXTEND = "extend"  # 延长审核期限
    EXTEND_CASE = "extend_case"  # 登记办案期限的延长
    MOVE_DUE = "move_due"  # 放假安排公布后调整期限届满日
    ANSWER = "answer"  # 填写审核表
    DRAFT_OPINION = "draft_opinion"  # 起草意见
    CERTIFY = "certify"  # 审核人签名，报请签发
    SEND_BACK = "send_back"  # 退回审核人修改
    RESERVE = "reserve"  # 取号
    ISSUE_PASS = "issue_pass"  # 签发：同意
    ISSUE_RETURN = "issue_return"  # 签发：其他意见，退承办机构处理
    RESPOND = "respond"  # 逐条答复问题
    NEW_ROUND = "new_round"  # 听证后、材料变化等，重新送审
    REGISTER_DECISION = "register_decision"  # 登记决定
    MATERIALS_CHANGED = "materials_changed"  # 材料已变，放行关闭
    ADOPT = "adopt"  # 反馈采纳情况
    WITHDRAW = "withdraw"  # 撤回（终止）
    OPEN_TRANSFER = "open_transfer"  # 涉嫌犯罪：指定专案组；its steps stand in `domain.transfer`
    REPORT_TRANSFER = "report_transfer"  # 提出移送的书面报告
    DECIDE_TRANSFER = "decide_transfer"  # 正职负责人批准或者不批准移送
    PREPARE_TRANSFER = "prepare_transfer"  # 备齐移送材料
    RESERVE_TRANSFER = "reserve_transfer"  # 取移送书文号
    ISSUE_TRANSFER = "issue_transfer"  # 签发移送书
    DELIVER_TRANSFER = "deliver_transfer"  # 送达公安机关（监察机关）
    RECEIPT_TRANSFER = "receipt_transfer"  # 登记回执
    POLICE_ANSWER = "police_answer"  # 登记公安机关的答复
    OBJECT_TRANSFER = "object_transfer"  # 提请复议、建议立案监督
    HAND_OVER = "hand_over"  # 移交涉案物品和材料
    CLOSE_TRANSFER = "close_transfer"  # 不再提出异议，依法另行处理
    CHANGE_TRANSFER_TEAM = "change_transfer_team"  # 更换专案组成员
    CORRECT_TRANSFER = "correct_transfer"  # 更正移送中已登记的时间、内容
    OPEN = "open"  # 查收: the receiving side opened the case
    RECALL = "recall"  # 撤回送审（首次），接收方尚未打开
    RECALL_CORRECTION = "recall_correction"  # 撤回补正后的送审
    RECALL_AGAIN = "recall_again"  # 撤回再次送审
    RECALL_OPINION = "recall_opinion"  # 审核人撤回报签
    REMIND = "remind"  # 催办
    ASK_OPINION = "ask_opinion"  # 加签: one more opinion, the case does not move
    GIVE_OPINION = "give_opinion"  # 答复加签
    OPEN_CONSULTATION = "open_consultation"  # 发起协商沟通
    SAY = "say"  # 协商沟通中发表意见
    PROPOSE_RESULT = "propose_result"  # 提出协商结果
    CLOSE_CONSULTATION = "close_consultation"  # 对方确认协商结果
    ASK_EXPERT = "ask_expert"  # 提请专家咨询、论证
    EXPERT_ANSWER = "expert_answer"  # 登记专家意见
    EXPERT_WITHDRAW = "expert_withdraw"  # 撤回专家咨询
    ALLOW_LATE = "allow_late"  # 准许逾期提出异议
    OBJECT = "object"  # 提出异议
    REPLY_OBJECTION = "reply_objection"  # 答复异议
    FREEZE_RECORD = "freeze_record"  # 制作双方意见对照表
    CERTIFY_RECORD = "certify_record"  # 承办人在对照表上签名
    SIGN_RECORD = "sign_record"  # 审核人在对照表上签名
    ESCALATE = "escalate"  # 提请集体讨论
    WITHDRAW_ESCALATION = "withdraw_escalation"  # 撤回提请
    DISCUSS = "discuss"  # 登记集体讨论结果：重新送审
    DISCUSS_CLEAR = "discuss_clear"  # 登记集体讨论结果：依规则放行
    KEEP_SHEET = "keep_sheet"  # 签发责任清单
