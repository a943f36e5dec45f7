"""What is wrong at Telegram's side, for `titian doctor`. Asks, and changes nothing."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from telegram import Bot, User, WebhookInfo
from telegram.error import InvalidToken, TelegramError

from adapters.telegram.asking import Asking

PATIENT = 5


async def lacking(token: str, api_url: str, webhook: str) -> tuple[str, ...]:
    """A sentence for each finding.

    Args:
        webhook: Where updates are to be delivered; "" for polling.
    """
    request = Asking(api_url, 1, PATIENT, PATIENT)
    bot = Bot(
        token,
        base_url=f"{api_url.rstrip('/')}/bot",
        request=request,
        get_updates_request=request,
    )
    try:
        async with bot:
            return tuple(_findings(bot.bot, await bot.get_webhook_info(), webhook))
    except InvalidToken:
        said = (
            "Telegram does not know the token, so nobody is answered there: copy "
            "TITIAN_TELEGRAM_TOKEN from BotFather again."
        )
    except TelegramError as error:
        said = (
            f"Telegram cannot be reached from here ({type(error).__name__}), so nobody is "
            "answered there: look at the network and at TITIAN_TELEGRAM_API_URL."
        )
    return (said,)


def _findings(me: User, info: WebhookInfo, webhook: str) -> Iterator[str]:
    set_at = f"to {urlsplit(info.url).netloc}" if info.url else "nowhere"
    if not webhook and info.url:
        yield (
            f"Telegram delivers {set_at}, so nothing can be polled: a start of Titian ends that; "
            "if another program uses this bot, make one for Titian alone at BotFather."
        )
    if webhook and info.url != webhook:
        yield (
            f"Telegram delivers {set_at} instead of {webhook}: start titian web (or titian run), "
            "which tells it; if that changes back, another program uses this bot."
        )
    if webhook and info.last_error_message:
        yield (
            f"Telegram's last delivery failed ({info.last_error_message}) and "
            f"{info.pending_update_count} wait: look whether TITIAN_PUBLIC_URL leads to Titian, "
            "with a certificate that is trusted."
        )
    if me.can_read_all_group_messages:
        yield (
            "Titian is sent every message of its groups, which it never needs: switch privacy mode "
            "on at BotFather (/setprivacy), then take Titian out of each group and add it again."
        )
    if me.can_join_groups is False:
        yield (
            "Titian cannot be added to groups, so none hears when a check-in begins and ends: "
            "switch that on at BotFather (/setjoingroups)."
        )
