"""The one door from the server to the generated package."""

from assistants_api.checking import check as check
from assistants_api.checking import check_json as check_json
from assistants_api.checking import document as document
from assistants_api.worker import in_thread as in_thread
