import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { type Message, resendMessage } from "../api/calls.ts";
import { newIdempotencyKey } from "../api/idempotency-key.ts";
import { useWorkplace } from "./context.ts";

/**
 * Sends a message again that failed or is in doubt. The key is made once per bubble: a click after an
 * answer that was lost does not send it twice.
 */
export function useResend(message: Message) {
  const { store } = useWorkplace();
  const [key] = useState(newIdempotencyKey);
  return useMutation({
    mutationFn: () => resendMessage(message.id, key),
    onSuccess: (sent) => store.putMessages([sent]),
  });
}
