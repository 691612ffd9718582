"""Properties that can be replaced on an object, as tests do with mocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    replaceable = property
else:

    class replaceable(property):  # noqa: N801 - it stands for `property`
        """A property whose value gives way to what somebody set on the object.

        `patch.object(client.beta, "threads")` sets it, and deletes it afterwards.
        """

        def __set_name__(self, owner: type, name: str) -> None:
            self._key = name

        def __get__(self, instance: Any, owner: type | None = None) -> Any:
            if instance is not None and self._key in instance.__dict__:
                return instance.__dict__[self._key]
            return super().__get__(instance, owner)

        def __set__(self, instance: Any, value: object) -> None:
            instance.__dict__[self._key] = value

        def __delete__(self, instance: Any) -> None:
            if instance.__dict__.pop(self._key, self) is self:
                raise AttributeError(self._key)
