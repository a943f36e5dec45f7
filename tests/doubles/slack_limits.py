"""Checks of Block Kit payloads and Web API arguments against Slack's documented limits.

check_blocks / check_view return a list of complaints in the style of Slack's
response_metadata.messages; an empty list means Slack would take the payload.
WebApiSpec holds the (2021) official OpenAPI file: method names and required arguments.
"""

import json
import re
from pathlib import Path

SPEC_PATH = Path(__file__).resolve().parent / "specs" / "slack-web-openapi-v2.json"

OPTIONAL_BLOCK = {"type", "block_id"}
BLOCKS = {  # type: (fields allowed, surfaces)
    "section": ("text fields accessory expand", "message modal home"),
    "divider": ("", "message modal home"),
    "header": ("text", "message modal home"),
    "context": ("elements", "message modal home"),
    "actions": ("elements", "message modal home"),
    "image": ("image_url slack_file alt_text title", "message modal home"),
    "input": ("label element hint optional dispatch_action", "message modal home"),
    "rich_text": ("elements", "message modal home"),
    "markdown": ("text", "message"),
    "video": (
        "alt_text author_name description provider_icon_url provider_name title "
        "title_url thumbnail_url video_url",
        "message modal home",
    ),
    "file": ("external_id source", "message"),
    "table": ("rows column_settings", "message home"),
}
SELECTS = {
    f"{many}{kind}_select"
    for many in ("", "multi_")
    for kind in ("static", "external", "users", "conversations", "channels")
}
PICKERS = {
    "datepicker": "initial_date",
    "timepicker": "initial_time",
    "datetimepicker": "initial_date_time",
}
COMMON = "type action_id confirm focus_on_load"
ELEMENTS = {
    "button": "text url value style accessibility_label agent_prompt agent_prompt_display "
    "visible_to_user_ids",
    "overflow": "options",
    "checkboxes": "options initial_options",
    "radio_buttons": "options initial_option",
    "plain_text_input": "placeholder initial_value multiline min_length max_length "
    "dispatch_action_config",
    "email_text_input": "placeholder initial_value dispatch_action_config",
    "url_text_input": "placeholder initial_value dispatch_action_config",
    "number_input": "placeholder initial_value is_decimal_allowed min_value max_value "
    "dispatch_action_config",
    "rich_text_input": "placeholder initial_value dispatch_action_config min_lines max_lines",
    "file_input": "filetypes max_files",
    "image": "image_url slack_file alt_text",
    "workflow_button": "text workflow style accessibility_label",
    **dict.fromkeys(
        SELECTS,
        "placeholder options option_groups initial_option initial_options "
        "initial_user initial_users initial_conversation initial_conversations "
        "initial_channel initial_channels min_query_length max_selected_items "
        "default_to_current_conversation filter response_url_enabled",
    ),
    **{kind: f"placeholder {first} timezone" for kind, first in PICKERS.items()},
}
INPUTS = set(ELEMENTS) - {"button", "overflow", "image", "workflow_button"}
IN_ACTIONS = {
    "button",
    "overflow",
    "checkboxes",
    "radio_buttons",
    "workflow_button",
    "rich_text_input",
    *PICKERS,
    *SELECTS,
}
IN_SECTION = IN_ACTIONS - {"datetimepicker", "rich_text_input"} | {"image"}


class Checker:
    def __init__(self):
        self.complaints = []

    def no(self, why, where):
        self.complaints.append(f"[ERROR] {why} [json-pointer:{where}]")

    def length(self, value, most, where, least=1):
        if not isinstance(value, str):
            self.no("must provide a string", where)
        elif len(value) > most:
            self.no(f"must be less than {most + 1} characters", where)
        elif len(value) < least:
            self.no(f"must be more than {least - 1} characters", where)

    def count(self, value, most, where, least=1):
        if not isinstance(value, list) or not least <= len(value) <= most:
            self.no(f"must be a list of {least} to {most} items", where)
            return []
        return value[:most]

    def fields(self, value, allowed, where):
        for name in value:
            if name not in allowed.split():
                self.no(f"invalid additional property: {name}", where)

    def text(self, value, most, where, plain=False):
        if not isinstance(value, dict) or value.get("type") not in ("plain_text", "mrkdwn"):
            return self.no("must provide a text object", where)
        if plain and value["type"] != "plain_text":
            self.no("unsupported type: mrkdwn (plain_text expected)", where + "/type")
        self.fields(
            value,
            "type text emoji" if value["type"] == "plain_text" else "type text verbatim",
            where,
        )
        return self.length(value.get("text"), most, where + "/text")

    def option(self, value, where, plain=True):
        if not isinstance(value, dict):
            return self.no("must be an option object", where)
        self.fields(value, "text value description url", where)
        self.text(value.get("text"), 75, where + "/text", plain)
        self.length(value.get("value"), 150, where + "/value")
        if "description" in value:
            self.text(value["description"], 75, where + "/description", plain)
        return None

    def element(self, value, allowed, where):
        kind = value.get("type") if isinstance(value, dict) else None
        if kind not in allowed:
            return self.no(f"unsupported type: {kind}", where + "/type")
        self.fields(value, f"{COMMON} {ELEMENTS[kind]}", where)
        if "action_id" in value:
            self.length(value["action_id"], 255, where + "/action_id")
        if "placeholder" in value:
            self.text(value["placeholder"], 150, where + "/placeholder", True)
        if "confirm" in value:
            self.confirm(value["confirm"], where + "/confirm")
        if kind == "button":
            self.text(value.get("text"), 75, where + "/text", True)
            self.length(value.get("value", "-"), 2000, where + "/value")
            self.length(value.get("url", ""), 3000, where + "/url", 0)
            if value.get("style", "primary") not in ("primary", "danger"):
                self.no("style must be primary or danger", where + "/style")
        if kind == "image":
            self.image(value, where)
        if kind == "plain_text_input":
            for bound, least in (("min_length", 0), ("max_length", 1)):
                if not least <= value.get(bound, least) <= 3000:
                    self.no("out of range", f"{where}/{bound}")
            self.length(
                value.get("initial_value", ""),
                value.get("max_length", 3000),
                where + "/initial_value",
                0,
            )
        if kind == "number_input" and "is_decimal_allowed" not in value:
            self.no("missing required field: is_decimal_allowed", where)
        self.picker(value, kind, where)
        self.options(value, kind, where)
        return None

    def picker(self, value, kind, where):
        first = PICKERS.get(kind)
        pattern = {
            "datepicker": r"\d{4}-\d\d-\d\d",
            "timepicker": r"([01]\d|2[0-3]):[0-5]\d",
            "datetimepicker": r"\d{10}",
        }.get(kind)
        if first in value and not re.fullmatch(pattern, str(value[first])):
            self.no(f"{first} has a wrong format", f"{where}/{first}")

    def options(self, value, kind, where):
        most = {
            "overflow": 5,
            "checkboxes": 10,
            "radio_buttons": 10,
            "static_select": 100,
            "multi_static_select": 100,
        }.get(kind)
        if most is None:
            return
        plain, known = kind not in ("checkboxes", "radio_buttons"), []
        groups = value.get("option_groups")
        if groups is not None and "options" in value:
            self.no("only one of options and option_groups", where)
        if groups is not None:
            for i, group in enumerate(self.count(groups, 100, where + "/option_groups")):
                self.text(group.get("label"), 75, f"{where}/option_groups/{i}/label", True)
                known += self.count(group.get("options"), 100, f"{where}/option_groups/{i}")
        else:
            known = self.count(value.get("options"), most, where + "/options")
        for i, option in enumerate(known):
            self.option(option, f"{where}/options/{i}", plain)
        first = value.get(
            "initial_options", [value["initial_option"]] if "initial_option" in value else []
        )
        for option in first:
            if option not in known:
                self.no("initial option is not among the options", where + "/initial_option")

    def confirm(self, value, where):
        self.fields(value, "title text confirm deny style", where)
        for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
            self.text(value.get(name), most, f"{where}/{name}", name != "text")

    def image(self, value, where):
        if ("image_url" in value) == ("slack_file" in value):
            self.no("exactly one of image_url and slack_file", where)
        self.length(value.get("image_url", "-"), 3000, where + "/image_url")
        self.length(value.get("alt_text"), 2000, where + "/alt_text")

    def block(self, value, surface, where):
        kind = value.get("type") if isinstance(value, dict) else None
        if kind not in BLOCKS or surface not in BLOCKS[kind][1].split():
            return self.no(f"unsupported type: {kind}", where + "/type")
        self.fields(value, f"type block_id {BLOCKS[kind][0]}", where)
        if "block_id" in value:
            self.length(value["block_id"], 255, where + "/block_id")
        if kind == "section":
            if "text" not in value and "fields" not in value:
                self.no("text or fields is required", where)
            if "text" in value:
                self.text(value["text"], 3000, where + "/text")
            if "fields" in value:
                for i, item in enumerate(self.count(value["fields"], 10, where + "/fields")):
                    self.text(item, 2000, f"{where}/fields/{i}")
            if "accessory" in value:
                self.element(value["accessory"], IN_SECTION, where + "/accessory")
        elif kind == "header":
            self.text(value.get("text"), 150, where + "/text", True)
        elif kind == "image":
            self.image(value, where)
            if "title" in value:
                self.text(value["title"], 2000, where + "/title", True)
        elif kind == "context":
            for i, item in enumerate(self.count(value.get("elements"), 10, where + "/elements")):
                if isinstance(item, dict) and item.get("type") == "image":
                    self.element(item, {"image"}, f"{where}/elements/{i}")
                else:
                    self.text(item, 3000, f"{where}/elements/{i}")
        elif kind == "actions":
            seen = set()
            for i, item in enumerate(self.count(value.get("elements"), 25, where + "/elements")):
                self.element(item, IN_ACTIONS, f"{where}/elements/{i}")
                action = item.get("action_id") if isinstance(item, dict) else None
                if action in seen and action:
                    self.no(
                        f"action_id {action} already exists in this block",
                        f"{where}/elements/{i}/action_id",
                    )
                seen.add(action)
        elif kind == "input":
            self.text(value.get("label"), 2000, where + "/label", True)
            self.element(value.get("element"), INPUTS, where + "/element")
            if "hint" in value:
                self.text(value["hint"], 2000, where + "/hint", True)
        elif kind == "markdown":
            self.length(value.get("text"), 12000, where + "/text")
        return None

    def blocks(self, blocks, surface, where="/blocks"):
        most = 50 if surface == "message" else 100
        if not isinstance(blocks, list):
            return self.no("must be a list", where)
        if len(blocks) > most:
            self.no(f"no more than {most} items allowed", where)
        seen = set()
        for i, block in enumerate(blocks):
            self.block(block, surface, f"{where}/{i}")
            ident = block.get("block_id") if isinstance(block, dict) else None
            if ident in seen and ident:
                self.no(f"block_id {ident} already exists", f"{where}/{i}/block_id")
            seen.add(ident)
        return None


def check_blocks(blocks, surface="message"):
    checker = Checker()
    checker.blocks(blocks, surface)
    return checker.complaints


def check_view(view):
    checker = Checker()
    if not isinstance(view, dict) or view.get("type") not in ("modal", "home"):
        return ["[ERROR] view type must be modal or home [json-pointer:/view/type]"]
    modal = view["type"] == "modal"
    checker.fields(
        view,
        "type blocks private_metadata callback_id external_id title submit close "
        "clear_on_close notify_on_close submit_disabled"
        if modal
        else "type blocks private_metadata callback_id external_id",
        "/view",
    )
    if modal:
        checker.text(view.get("title"), 24, "/view/title", True)
        for name in ("submit", "close"):
            if name in view:
                checker.text(view[name], 24, "/view/" + name, True)
        blocks = view.get("blocks") if isinstance(view.get("blocks"), list) else []
        if "submit" not in view and any(
            b.get("type") == "input" for b in blocks if isinstance(b, dict)
        ):
            checker.no("submit is required when an input block is present", "/view/submit")
    checker.length(view.get("private_metadata", ""), 3000, "/view/private_metadata", 0)
    checker.length(view.get("callback_id", "-"), 255, "/view/callback_id")
    checker.length(view.get("external_id", "-"), 255, "/view/external_id")
    checker.blocks(view.get("blocks"), view["type"], "/view/blocks")
    return checker.complaints


# Methods and arguments newer than the frozen official OpenAPI file.
NEWER = {
    "apps.connections.open": (),
    "files.getUploadURLExternal": ("filename", "length"),
    "files.completeUploadExternal": ("files",),
    "views.publish": ("user_id", "view"),
    "assistant.threads.setStatus": ("channel_id", "thread_ts", "status"),
}
STRICTER = {
    "chat.update": ("channel", "ts"),
    "users.info": ("user",),
    "views.push": ("view",),
    "views.open": ("view",),
    "chat.scheduleMessage": ("channel", "post_at"),
    "chat.postEphemeral": ("channel", "user"),
    "chat.delete": ("channel", "ts"),
}
NEW_ARGUMENTS = set(
    "metadata unfurl_links unfurl_media blocks attachments username icon_url "
    "icon_emoji mrkdwn link_names parse reply_broadcast thread_ts markdown_text "
    "prevent_creation team_id cursor limit include_locale file_ids "
    "interactivity_pointer include_all_metadata include_num_members".split()
)


class WebApiSpec:
    def __init__(self, path=SPEC_PATH):
        self.methods = {}
        for name, verbs in json.loads(Path(path).read_text())["paths"].items():
            self.methods[name.strip("/")] = {
                p["name"]: p.get("required", False)
                for verb in verbs.values()
                for p in verb.get("parameters", ())
            }

    def knows(self, method):
        return method in self.methods or method in NEWER

    def check(self, method, args):
        """Complaints about missing and unheard-of arguments."""
        known = self.methods.get(method, {})
        needed = (
            set(NEWER.get(method, ()))
            | set(STRICTER.get(method, ()))
            | {n for n, required in known.items() if required}
        )
        missing = [
            f"[ERROR] missing required field: {name} [json-pointer:/{name}]"
            for name in sorted(needed - {"token", "trigger_id"})
            if name not in args
        ]
        odd = [
            f"[WARN] unheard-of argument: {name}"
            for name in args
            if known and name not in known and name not in NEW_ARGUMENTS | {"token"}
        ]
        return missing, odd
