"""A transfer of a suspected crime begun on behalf of the sample office's people."""

from sanzhi_desktop.application import transfer
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.transfer import Report, Step
from sanzhi_desktop.compose.journey import Journey
from sanzhi_desktop.domain.people import Role


def begin(journey: Journey) -> Changed:
    """The team is named and has reported; the chief's three days run."""
    head, handler = journey.session(Role.UNIT_HEAD), journey.session(Role.HANDLER)
    team = [p.person_id for p in journey.office.holders(Role.HANDLER)]
    transfer.open_transfer(
        head,
        _step(journey),
        profile=journey.profile,
        team=team,
        grounds="（样例）审核意见指出涉嫌犯罪，立即指定专案组核实。",
    )
    journey.clock.advance(minutes=45)
    submission = handler.reader.case(journey.case_id).submission
    return transfer.report(
        handler,
        _step(journey),
        content=Report(
            facts=submission.facts,
            offence="（样例）非法占用农用地罪",
            circumstances="（样例）数量和后果达到立案追诉标准。",
            reported_to=journey.office.holder(Role.AGENCY_HEAD).name,
        ),
    )


def _step(journey: Journey) -> Step:
    return Step(
        journey.case_id, journey.version(), journey.clock().replace(second=0, microsecond=0)
    )
