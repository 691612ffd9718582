"""The one door from the server to the package of what models are asked by."""

from model_api import models as models
from model_api.api.chat import create_chat_completion as create_chat_completion
from model_api.api.default import (
    retrieve_container_file_content as retrieve_container_file_content,
)
from model_api.api.embeddings import create_embedding as create_embedding
from model_api.api.files import create_file as create_file
from model_api.api.files import delete_file as delete_file
from model_api.api.models import list_models as list_models
from model_api.api.responses import create_response as create_response
from model_api.client import Client as Client
from model_api.errors import ApiError as ApiError
from model_api.errors import UnusableFile as UnusableFile
from model_api.streaming import Event as Event
from model_api.streaming import EventDecoder as EventDecoder
from model_api.streaming import event_data as event_data
from model_api.types import File as File
from model_api.types import Model as Model
from model_api.types import Request as Request
from model_api.types import UnknownObject as UnknownObject
