import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button, Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { fetchOrganizations } from "../api/calls.ts";
import { sayError } from "../api/http.ts";
import { Avatar } from "../parts/avatar.tsx";
import { Icon } from "../parts/icon.tsx";
import { useWorkplace } from "../state/context.ts";
import { texts } from "../texts.ts";

/** Goes on in another of the person's organizations; not there for those who have one. */
export function Switcher({ onSwitch }: { onSwitch: (organizationId: string) => Promise<void> }) {
  const { session } = useWorkplace();
  const [isOpen, setIsOpen] = useState(false);
  const organizations = useQuery({
    queryKey: ["organizations"],
    queryFn: ({ signal }) => fetchOrganizations(signal),
  });
  const leave = useMutation({ mutationFn: onSwitch });
  const words = texts.doors.switcher;
  const all = organizations.data ?? [];
  if (all.length < 2) return null;
  return (
    <>
      <Button
        className="rail-item"
        onPress={() => setIsOpen(true)}
        aria-label={words.label(session.organization.name)}
      >
        <Icon name="office" />
        <span>{texts.nav.switch}</span>
      </Button>
      <ModalOverlay className="overlay" isDismissable isOpen={isOpen} onOpenChange={setIsOpen}>
        <Modal className="modal">
          <Dialog className="dialog">
            <header>
              <Heading slot="title">{words.title}</Heading>
              <Button slot="close" className="icon-button" aria-label={words.close}>
                <Icon name="close" />
              </Button>
            </header>
            <p className="form-error" role="alert">
              {leave.error && sayError(leave.error)}
            </p>
            <ul className="choices">
              {all.map(({ id, name, role, isCurrent }) => (
                <li key={id}>
                  <Button
                    className="choice"
                    aria-current={isCurrent}
                    isPending={leave.isPending && leave.variables === id}
                    onPress={() => (isCurrent ? setIsOpen(false) : leave.mutate(id))}
                  >
                    <Avatar id={id} name={name} />
                    <span className="choice-words">
                      <span className="choice-name">{name}</span>
                      <span className="soft">{words.roles[role]}</span>
                    </span>
                    {isCurrent && <Icon name="tick" />}
                  </Button>
                </li>
              ))}
            </ul>
          </Dialog>
        </Modal>
      </ModalOverlay>
    </>
  );
}
