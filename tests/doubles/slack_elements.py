"""Which elements and blocks Slack's Block Kit knows, their fields and where they may stand."""

from typing import Any

Json = dict[str, Any]

VIDEO = (
    "alt_text author_name description provider_icon_url provider_name title "
    "title_url thumbnail_url video_url"
)
BLOCKS = {  # name: (fields allowed, surfaces)
    "section": ("text fields accessory expand", "message modal home"),
    "divider": ("", "message modal home"),
    "header": ("text", "message modal home"),
    "context": ("elements", "message modal home"),
    "actions": ("elements", "message modal home"),
    "image": ("image_url slack_file alt_text title", "message modal home"),
    "input": ("label element hint optional dispatch_action", "message modal home"),
    "rich_text": ("elements", "message modal home"),
    "markdown": ("text", "message"),
    "video": (VIDEO, "message modal home"),
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
FORMATS = {
    "datepicker": r"\d{4}-\d\d-\d\d",
    "timepicker": r"([01]\d|2[0-3]):[0-5]\d",
    "datetimepicker": r"\d{10}",
}
COMMON = "type action_id confirm focus_on_load"
TYPED = "placeholder initial_value dispatch_action_config"
ELEMENTS = {
    "button": (
        "text url value style accessibility_label agent_prompt agent_prompt_display "
        "visible_to_user_ids"
    ),
    "overflow": "options",
    "checkboxes": "options initial_options",
    "radio_buttons": "options initial_option",
    "plain_text_input": f"{TYPED} multiline min_length max_length",
    "email_text_input": TYPED,
    "url_text_input": TYPED,
    "number_input": f"{TYPED} is_decimal_allowed min_value max_value",
    "rich_text_input": f"{TYPED} min_lines max_lines",
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
OPTIONS_MOST = {
    "overflow": 5,
    "checkboxes": 10,
    "radio_buttons": 10,
    "static_select": 100,
    "multi_static_select": 100,
}
