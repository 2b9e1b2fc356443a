"""What stands on a person's first page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language

from education.models import ArticleEdition, ArticleRead
from education.rendering import page_of
from ledger.models import AccessRecord, OutboxMessage
from portal.accounts import covering, emergency
from portal.accounts.models import Practice
from portal.accounts.models.care import own_records
from portal.reading import chosen_in
from screening import calling
from screening.alerts import ALERT
from screening.following import UNOPENED, invitations, unopened_for
from screening.host import host
from screening.messaging import Told, messages_for
from screening.models import Alert, AnswersInProgress, QuestionnaireEdition, Submission
from screening.urgent import notices_of_unsent
from screening.worklist import Chosen, count

LATELY = timedelta(days=7)
LATE = timedelta(minutes=10)  # a mail that waits so long says that nothing sends them


def for_patient(user: Any) -> dict[str, Any]:
    """What to do next, what was sent, whether it was opened, what the surgeon said, what to read."""
    in_progress = {
        row.questionnaire_id: row for row in AnswersInProgress.objects.visible_to(user).filter(patient=user)
    }
    sent: dict[Any, Submission] = {}  # the last of each questionnaire, under each of the patient's records
    for submission in (
        Submission.objects.visible_to(user)
        .filter(patient__in=own_records(user).values("pk"))
        .select_related("questionnaire", "edition")
        .defer("edition__content")
        .order_by("submitted_at")
    ):
        sent[submission.questionnaire_id, submission.patient_id] = submission
    sent_last = {submission.questionnaire_id: submission for submission in sent.values()}
    tasks = [
        {
            "questionnaire": edition.questionnaire,
            "title": _title(edition),
            "in_progress": in_progress.get(edition.questionnaire_id),
            "sent": sent_last.get(edition.questionnaire_id),
        }
        for edition in QuestionnaireEdition.objects.current().select_related("questionnaire")
    ]
    letters = messages_for(user)
    articles = _reading_list(user, letters)
    to_do = any(not task["sent"] or task["in_progress"] for task in tasks)
    asked = {each.case.questionnaire_id for each in invitations(user)}
    return {
        "tasks": tasks,
        "invitations": [
            task for task in tasks if task["questionnaire"].pk in asked and not task["in_progress"]
        ],
        "notices": notices_of_unsent(user, in_progress.values()),
        "openings": emergency.notices_for(user),
        "to_do": to_do,
        "any_unread": any(not each["read"] for each in articles),
        "any_read": any(each["read"] for each in articles),
        "sent": [
            {
                "submission": submission,
                "title": _title(submission.edition),
                "opened_at": _opened_at(submission),
                "own": submission.patient_id == user.pk,
            }
            for submission in sent.values()
        ],
        "letters": letters,
        "new_letters": [told for told in letters if told.is_new],
        "articles": articles,
        "contacts": host().contacts(user),
    }


def _title(edition: QuestionnaireEdition) -> str:
    """Of a questionnaire, in the language of the page where it has that one."""
    return str(edition.definition_in(get_language() or "").title)


def _opened_at(submission: Submission) -> Any:
    """When a member of the care team first opened what was sent, from the record that is written before."""
    return AccessRecord.objects.first_opened(subject=submission.patient_id, since=submission.submitted_at)


def _reading_list(user: Any, letters: list[Told]) -> list[dict[str, Any]]:
    """Each live article, and whether this person has met it; first what a surgeon chose for them."""
    met = set(ArticleRead.objects.filter(reader=user).values_list("edition", flat=True))
    chosen = chosen_in(letters)
    articles = [
        {"page": (page := page_of(edition.digest, edition.content)), "read": edition.pk in met,
         "chosen": chosen.get(page.content["slug"])}
        for edition in ArticleEdition.objects.current().order_by("published_at")
    ]  # fmt: skip
    return sorted(articles, key=lambda each: each["chosen"] is None)


def for_staff(user: Any) -> dict[str, Any]:
    """What waits at this person's desk."""
    context: dict[str, Any] = {"unopened": unopened_for(user)}
    if user.has_perm("screening.review_cases"):
        context["waiting"] = count(user, Chosen())
        context["urgent"] = count(user, Chosen(category="urgent"))
        context["overdue"] = count(user, Chosen(waiting="overdue"))
        context["asked"] = count(user, Chosen(question=True))
        context["to_call"], context["to_call_cap"] = calling.count(user), calling.CAP
    if user.has_perm("screening.assign_case"):
        context["covers"] = [each for each in covering.of(user) if each.start <= timezone.now()]
    if user.has_perm("screening.view_figures"):
        context["openings"] = emergency.lately(user)
    if user.has_perm("screening.acknowledge_alert"):
        context["alerts"] = (
            Alert.objects.visible_to(user)
            .filter(acknowledged_at__isnull=True)
            .order_by("level", "raised_at")[:20]
        )
    if user.has_perm("accounts.change_contact"):
        context["unanswered"] = Alert.count_waiting(told=user)
        context["on_duty"] = host().on_duty()
        practice = Practice.objects.of(None)
        context["unchecked"] = practice.country if practice and not practice.country.checked_on else None
        context["undelivered"] = _undelivered()
        context["mail_is_late"] = OutboxMessage.objects.due(timezone.now() - LATE).exists()
    return context


def _undelivered() -> int:
    """Messages to staff that were given up lately. Those to patients stand on the list of whom to call."""
    to_staff = OutboxMessage.objects.failed().filter(kind__in=(ALERT, UNOPENED))
    return int(to_staff.filter(failed_at__gte=timezone.now() - LATELY).count())
