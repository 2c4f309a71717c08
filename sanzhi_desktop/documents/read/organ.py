"""What the name of an agency looks like. Where a paper names its own is found elsewhere."""

import re

ORGAN = (
    r"[\u3400-\u9fff\U00020000-\U0003ffff·()、]{2,40}?"
    r"(?:局|委员会|管委会|厅|政府|办事处|支队|总队|大队|中队|分局|派出所|海关|税务所|办公室|管理处|管理所|执法队|监管所|监督所|保护区管理站"
    r"|监察队|卫生院|中心|水务部|部|院|署|站|社)"
)
_ORGAN_ONLY = re.compile(rf"{ORGAN}")
_NO_NAME = re.compile(
    r"^(?:我|本|你|该|此|其|某|经|由|被|向|对|在|至|到|因|以|及|和|与|据|各|上级|人民)|(?:决定|处罚|法律|规定|检查|违反|一案"
    r"|当事人|现场)"
)


def is_organ(text: str) -> bool:
    """True for a full name of an agency: its last sign says organ, its first is no pronoun."""
    text = re.sub(r"\s", "", text)
    if re.search(r"联合|会同|协同|帮扶|\(第", text):
        return False
    return (
        4 <= len(text) <= 45
        and _ORGAN_ONLY.fullmatch(text) is not None
        and _NO_NAME.search(text) is None
        and re.match(r"^[省市区县州]", text) is None
        and re.match(r"^(?:公司|企业)|.*(?:公司|商店|医院|学校)", text) is None
    )
