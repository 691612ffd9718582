"""The one door from the server to the generated package."""

from assistants_api.checking import check as check
from assistants_api.checking import document as document
