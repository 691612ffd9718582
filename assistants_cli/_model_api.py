"""The one door from the command to the package of what models are asked by."""

from model_api.api.conversations import create_conversation as create_conversation
from model_api.api.conversations import (
    create_conversation_items as create_conversation_items,
)
from model_api.api.conversations import (
    list_conversation_items as list_conversation_items,
)
from model_api.models import ConversationItemList as ConversationItemList
from model_api.models import ConversationResource as ConversationResource
from model_api.models import CreateConversationBody as CreateConversationBody
from model_api.models import (
    CreateConversationItemsRequest as CreateConversationItemsRequest,
)
from model_api.models import EasyInputMessage as EasyInputMessage
from model_api.models import InputImageContent as InputImageContent
from model_api.models import InputTextContent as InputTextContent
from model_api.types import Request as Request
