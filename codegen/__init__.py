"""Turn an OpenAPI document into the package `assistants_api`."""
