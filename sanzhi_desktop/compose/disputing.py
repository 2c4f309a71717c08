"""A disagreement carried out on behalf of the sample office's people, from the objection to the
gate: every word said in it is invented and says so."""

from collections.abc import Callable
from dataclasses import dataclass

from sanzhi_desktop.application import (
    consultation,
    discussion,
    dispute_record,
    meetings,
    minutes,
    objection,
    responsibility,
)
from sanzhi_desktop.application.aftermath import respond
from sanzhi_desktop.application.meetings import Plan, RollCall
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.compose.journey import Journey
from sanzhi_desktop.compose.sample import PASSPHRASE
from sanzhi_desktop.domain.case import Case
from sanzhi_desktop.domain.dispute import (
    Agreement,
    ConsultedPoint,
    ObjectionPoint,
    RuledPoint,
    Ruling,
    Stance,
)
from sanzhi_desktop.domain.meeting import Choice, Meeting
from sanzhi_desktop.domain.people import Person, Role
from sanzhi_desktop.domain.workdays import local_date
from sanzhi_desktop.domain.workflow import State

POSTS = ("局长", "副局长", "副局长", "党组成员")
INVENTED = "（样例）"

Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One disagreement on its way; the opinion was issued and is not 同意."""

    journey: Journey

    def _case(self) -> Case:
        return self.journey.session(Role.LEAD).reader.case(self.journey.case_id)

    def _next(self, **span: int) -> None:
        self.journey.clock.advance(**(span or {"minutes": 30}))

    def _handler(self) -> Session:
        return self.journey.session(Role.HANDLER)

    def object(self, note: Note) -> None:
        """The unit objects to the first problem, treats the others and is answered."""
        case = self._case()
        numbers = [p.number for p in case.problems if p.round == case.round]
        first = next(p for p in case.problems if p.number == numbers[0])
        objection.object_to(
            self._handler(),
            self.journey.work.book,
            case_id=case.case_id,
            seen_version=case.version,
            points=[
                ObjectionPoint(
                    number=first.number,
                    reasons=f"{INVENTED}承办机构认为该问题不影响事实认定，理由已在案卷中说明。",
                    basis=first.basis,
                    evidence=first.evidence,
                )
            ],
        )
        note(f"对问题{first.number}提出异议，列明理由和依据；共{len(numbers)}个问题")
        self._next(hours=3)
        reviewer = self.journey.reviewer()
        objection.reply(
            reviewer,
            case_id=case.case_id,
            seen_version=self.journey.version(),
            points=[
                (first.number, Stance.MAINTAINED, f"{INVENTED}案卷说明不足以消除该问题，维持意见。")
            ],
        )
        note("审核人逐项答复：维持审核意见")

    def consult(self, note: Note) -> None:
        """Both sides speak; nothing is agreed, which either side may state."""
        handler, reviewer = self._handler(), self.journey.reviewer()
        case = self._case()
        dispute = handler.reader.dispute(case.case_id)
        raised = dispute.objection(case.round)
        numbers = [p.number for p in raised.points] if raised else []
        consultation.open_consultation(
            handler, case_id=case.case_id, seen_version=case.version, numbers=numbers
        )
        opened = handler.reader.dispute(case.case_id).consultations[-1]
        for session, text in (
            (handler, f"{INVENTED}建议以补充说明代替重新取证。"),
            (reviewer, f"{INVENTED}补充说明不能代替依法应当制作的文书。"),
        ):
            self._next()
            consultation.say(
                session,
                case_id=case.case_id,
                seen_version=self.journey.version(),
                consultation_id=opened.consultation_id,
                number=numbers[0],
                text=text,
            )
        self._next()
        consultation.propose_result(
            reviewer,
            case_id=case.case_id,
            seen_version=self.journey.version(),
            consultation_id=opened.consultation_id,
            points=[ConsultedPoint(n, Agreement.OPEN, "双方各自坚持意见") for n in numbers],
        )
        note("协商沟通：未达成一致")

    def record(self) -> bytes:
        """The two-sided record: frozen, certified by a handler, signed by the reviewer."""
        handler, reviewer = self._handler(), self.journey.reviewer()
        work, case_id = self.journey.work, self.journey.case_id
        dispute_record.freeze(
            handler, work.book, work.papers, case_id=case_id, seen_version=self.journey.version()
        )
        self._next()
        dispute_record.certify(
            handler,
            work.papers,
            case_id=case_id,
            seen_version=self.journey.version(),
            key=self.journey.key(handler.actor.person_id),
            ask=lambda _label: PASSPHRASE,
        )
        self._next()
        return dispute_record.sign(
            reviewer,
            work.papers,
            case_id=case_id,
            seen_version=self.journey.version(),
            key=self.journey.key(reviewer.actor.person_id),
            ask=lambda _label: PASSPHRASE,
        ).paper.pdf

    def escalate(self) -> None:
        """The unit's head brings both opinions before the meeting."""
        objection.escalate(
            self.journey.session(Role.UNIT_HEAD),
            self.journey.work.book,
            case_id=self.journey.case_id,
            seen_version=self.journey.version(),
            reason=f"{INVENTED}经协商沟通未达成一致，双方意见一并报送。",
        )

    def conclude(self, meeting_id: str) -> bool:
        """The result comes back to the case; whether it opened the gate by itself."""
        self._next()
        changed = objection.record_result(
            self.journey.session(Role.SECRETARY),
            self.journey.work.book,
            case_id=self.journey.case_id,
            seen_version=self.journey.version(),
            meeting_id=meeting_id,
        )
        return changed.state is State.PASSED

    def again(self) -> None:
        """Every problem answered, then submitted for the round that follows the meeting."""
        case = self._case()
        self._next(hours=2)
        respond(
            self._handler(),
            case_id=case.case_id,
            seen_version=case.version,
            responses=[
                (p.number, f"{INVENTED}已按集体讨论决定和审核意见处理，见案卷补充材料。")
                for p in case.problems
                if p.round == case.round
            ],
        )
        self._next()
        self.journey.confirm()

    def sheet(self) -> bytes:
        """责任清单, signed by the head."""
        head = self.journey.session(Role.HEAD)
        return responsibility.sign_sheet(
            head,
            self.journey.work.book,
            self.journey.work.papers,
            case_id=self.journey.case_id,
            seen_version=self.journey.version(),
            key=self.journey.key(head.actor.person_id),
            ask=lambda _label: PASSPHRASE,
        ).paper.pdf


@dataclass(frozen=True, slots=True)
class SampleMeeting:
    """The meeting on the case, from the plan to the last signature on its minutes."""

    journey: Journey

    def meet(self, note: Note) -> str:
        """The meeting from the plan to the end of the discussion; returns its id."""
        self.journey.clock.next_morning(self.journey.work.book.calendar())
        secretary = self.journey.session(Role.SECRETARY)
        profile = meetings.profile_here(secretary, self.journey.work.book)
        heads = self.journey.office.holders(Role.AGENCY_HEAD)
        meeting_id = meetings.plan(
            secretary,
            Plan(
                name=meetings.meeting_name(profile),
                place="三楼会议室",
                held_on=local_date(self.journey.clock()),
                begins="09:00",
                chair=heads[0].person_id,
                recorder=secretary.actor.person_id,
                members=tuple(zip((p.person_id for p in heads), POSTS, strict=False)),
            ),
        )
        meetings.set_agenda(
            secretary,
            meeting_id=meeting_id,
            seen_version=self._version(secretary, meeting_id),
            case_ids=[self.journey.case_id],
        )
        meetings.open_meeting(
            secretary,
            profile,
            meeting_id=meeting_id,
            seen_version=self._version(secretary, meeting_id),
            roll=[RollCall(p.person_id, present=True) for p in heads],
        )
        meeting = secretary.reader.meeting(meeting_id)
        note(f"{meeting.name}，出席{len(meeting.present)}人；{meeting.quorum_rule}")
        self._discuss(secretary, meeting, heads, note)
        return meeting_id

    @staticmethod
    def _version(secretary: Session, meeting_id: str) -> int:
        return secretary.reader.meeting(meeting_id).version

    def _discuss(
        self, secretary: Session, meeting: Meeting, heads: tuple[Person, ...], note: Note
    ) -> None:
        case_id, meeting_id = self.journey.case_id, meeting.meeting_id
        reporters = (
            (
                self.journey.session(Role.HANDLER).actor.person_id,
                f"{INVENTED}汇报基本事实、拟作决定和承办机构意见。",
            ),
            (self.journey.reviewer().actor.person_id, f"{INVENTED}汇报审核意见及维持的理由。"),
        )
        for reporter, text in reporters:
            self.journey.clock.advance(minutes=5)
            discussion.report(
                secretary,
                meeting_id=meeting_id,
                seen_version=self._version(secretary, meeting_id),
                case_id=case_id,
                person_id=reporter,
                text=text,
            )
        said = ["维持审核意见，相关程序应当补正。", *["同意采纳承办意见，由承办机构完善说明。"] * 9]
        for place, person in enumerate((*heads[1:], heads[0])):
            self.journey.clock.advance(minutes=5)
            discussion.speak(
                secretary,
                meeting_id=meeting_id,
                seen_version=self._version(secretary, meeting_id),
                case_id=case_id,
                person_id=person.person_id,
                text=INVENTED + said[place],
            )
        item = secretary.reader.meeting(meeting_id).item(case_id)
        choices = {p.person_id: Choice.ADOPT for p in heads} | {heads[1].person_id: Choice.UPHOLD}
        discussion.vote(
            secretary,
            meeting_id=meeting_id,
            seen_version=self._version(secretary, meeting_id),
            case_id=case_id,
            votes=[(n, code, choice) for n in item.points for code, choice in choices.items()],
        )
        discussion.close_item(
            secretary,
            meeting_id=meeting_id,
            seen_version=self._version(secretary, meeting_id),
            case_id=case_id,
            rulings=[
                RuledPoint(n, Ruling.ADOPT, f"{INVENTED}采纳承办意见，完善说明后再次送审。", True)
                for n in item.points
            ],
        )
        self.journey.clock.advance(minutes=10)
        meetings.close_meeting(
            secretary,
            meeting_id=meeting_id,
            seen_version=self._version(secretary, meeting_id),
        )
        note("主持人末位发言；逐项表决，少数意见如实记录；决定：采纳承办意见")

    def minute(self, meeting_id: str) -> bytes:
        """The minutes: certified by the recorder, signed by all, the chair last."""
        work = self.journey.work
        secretary = self.journey.session(Role.SECRETARY)
        signed = minutes.certify(
            secretary,
            work.book,
            work.papers,
            meeting_id=meeting_id,
            seen_version=self._version(secretary, meeting_id),
            key=self.journey.key(secretary.actor.person_id),
            ask=lambda _label: PASSPHRASE,
        )
        heads = self.journey.office.holders(Role.AGENCY_HEAD)
        for person in (*heads[1:], heads[0]):
            self.journey.clock.advance(minutes=2)
            session = self.journey.open_as(person.person_id)
            signed = minutes.sign(
                session,
                work.papers,
                meeting_id=meeting_id,
                seen_sha256=session.reader.meeting(meeting_id).minutes_sha256,
                key=self.journey.key(person.person_id),
                ask=lambda _label: PASSPHRASE,
            )
        return signed.paper.pdf
