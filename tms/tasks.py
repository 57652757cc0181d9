"""What do workers do when asked? Thin: the edge that reads the clock and calls the rules."""

from celery import shared_task

from comms import delivery, ticks
from lms import places, waiting
from lms.payments import asking

from . import clock, jobs, nightly
from . import pulse as pulses
from .models import Organisation
from .programs import feed, sending


@shared_task
def night() -> None:
    """Work through the nights up to today, if any is left. Asked every quarter of an hour."""
    at = clock.now()
    row = Organisation.objects.filter(pk=1).first() or Organisation()
    today = clock.day_of(at, row.time_zone)
    if nightly.due(today):
        nightly.run(today, at, wait=False)


@shared_task
def waiting_jobs() -> None:
    """Ask again for the jobs that nobody works on. Asked every minute."""
    for job_id in jobs.abandoned():
        jobs.ask(job_id)


@shared_task
def waiting_lists() -> None:
    """Pass on the places that were on offer too long. Asked every minute."""
    at = clock.now()
    row = Organisation.objects.filter(pk=1).first() or Organisation()
    waiting.tick(at=at, on=clock.day_of(at, row.time_zone))


@shared_task(bind=True)
def pulse(self) -> None:
    """Write down that this worker works, and when the scheduler asked. Asked every minute."""
    asked = self.request.get("asked_at")
    pulses.beat(pulses.WORKER, at=clock.now(), asked_at=asked, by=self.request.hostname)


@shared_task
def free_seats() -> None:
    """Free the seats that were held for payments which weren't made in time. Asked every minute;
    whoever wants such a seat sooner gets it.
    """
    places.free_lapsed(clock.now())


@shared_task
def ask_about_payments() -> None:
    """Ask providers what became of payments that they told nothing of. Asked every minute."""
    at = clock.now()
    row = Organisation.objects.filter(pk=1).first() or Organisation()
    asking.ask(at=at, on=clock.day_of(at, row.time_zone))


@shared_task
def run_job(job_id: int) -> None:
    jobs.run(job_id, at=clock.now())


@shared_task
def webhooks() -> None:
    """Follow the journal, and ask for who is to be told. Asked every quarter of a minute."""
    at = clock.now()
    feed.collect(at=at)
    for endpoint_id in sending.asked_for(at=at):
        sending.ask(endpoint_id)


@shared_task
def messages() -> None:
    """Follow the rules of communications, then deliver. Asked three times a minute."""
    if ticks.clocks_agree(at=clock.now()):
        ticks.follow(at=clock.now())
        delivery.run(at=clock.now())


@shared_task
def send_webhooks(endpoint_id: int) -> None:
    sending.send(endpoint_id, at=clock.now())
